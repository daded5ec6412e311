/** Tells whether a route value may take this place. */
export type Constraint = (value: string) => boolean;

const GUID = /^(?:[0-9a-f]{32}|([({])?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}([)}])?)$/i;

/**
 * The inline constraints of ASP.NET routes, such as `int` or `length(2,8)`
 * (learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints).
 */
export function routeConstraint(text: string): Constraint {
  const [, name = "", list] = /^([a-z]+)(?:\((.*)\))?$/is.exec(text) ?? [];
  const [first = Number.NaN, second = Number.NaN] = (list ?? "").split(",").map(Number);
  switch (name.toLowerCase()) {
    case "int":
      return (value) => isInteger(value, 2n ** 31n);
    case "long":
      return (value) => isInteger(value, 2n ** 63n);
    case "decimal":
    case "double":
    case "float":
      return (value) => value.trim() !== "" && Number.isFinite(Number(value));
    case "bool":
      return (value) => /^(?:true|false)$/i.test(value);
    case "datetime":
      return (value) => !Number.isNaN(Date.parse(value));
    case "guid":
      return isGuid;
    case "alpha":
      return (value) => /^[a-z]*$/i.test(value);
    case "required":
      return (value) => value !== "";
    case "minlength":
      return (value) => value.length >= first;
    case "maxlength":
      return (value) => value.length <= first;
    case "length":
      return (value) => value.length >= first && value.length <= (Number.isNaN(second) ? first : second);
    case "min":
      return (value) => isInteger(value, 2n ** 63n) && Number(value) >= first;
    case "max":
      return (value) => isInteger(value, 2n ** 63n) && Number(value) <= first;
    case "range":
      return (value) => isInteger(value, 2n ** 63n) && Number(value) >= first && Number(value) <= second;
    case "regex": {
      const pattern = new RegExp(list ?? "", "i");
      return (value) => pattern.test(value);
    }
    default:
      throw new Error(`unknown route constraint "${text}"`);
  }
}

function isInteger(value: string, limit: bigint): boolean {
  if (!/^[+-]?\d{1,20}$/.test(value)) return false;
  const number = BigInt(value.replace("+", ""));
  return number >= -limit && number < limit;
}

function isGuid(value: string): boolean {
  const found = GUID.exec(value);
  if (!found) return false;
  const brackets = `${found[1] ?? ""}${found[2] ?? ""}`;
  return brackets === "" || brackets === "{}" || brackets === "()";
}
