/** The app settings: environment variables. */
export type AppSettings = Record<string, string | undefined>;

/** Replaces `%NAME%` by the setting's value, as in queue names and schedules. */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`the app setting ${name}, named by "${text}", is not set`);
    return value;
  });
}

/** `AzureWebJobs.<function>.Disabled` (learn.microsoft.com/azure/azure-functions/disable-function). */
export function isDisabled(functionName: string, settings: AppSettings): boolean {
  return /^(?:true|1)$/i.test(settings[`AzureWebJobs.${functionName}.Disabled`] ?? "");
}

/** The longest request body in bytes: `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`, or 100 MB. */
export function maxBodyBytes(settings: AppSettings): number {
  const given = settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT;
  return given && /^\d+$/.test(given) ? Number(given) : 104_857_600;
}
