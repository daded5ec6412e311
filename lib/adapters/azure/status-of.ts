/** The HTTP status in an error of the Azure SDKs, 0 when there was no answer. By its shape: its class would load the SDK. */
export const statusOf = (error: unknown): number =>
  error instanceof Error && "statusCode" in error ? Number(error.statusCode ?? 0) : 0;
