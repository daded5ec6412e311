/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. */
export type JsonSchema = Record<string, unknown>;

export type Header = { description: string; schema: JsonSchema };
export type Media = {
  schema: JsonSchema;
  example?: unknown;
  /** What each line of NDJSON is: OpenAPI 3.1 has no words for it. */
  "x-line-schema"?: JsonSchema;
};
export type Response = { description: string; headers?: Record<string, Header>; content?: Record<string, Media> };
export type Parameter = {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required: boolean;
  description?: string;
  schema: JsonSchema;
};

export type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  "x-roles"?: readonly string[];
  "x-callers"?: readonly string[];
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: true; content: Record<string, Media> };
  responses: Record<string, Response>;
};

/** OpenAPI 3.1, as far as this product uses it (https://spec.openapis.org/oas/v3.1.1). */
export type OpenApiDocument = {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
};
