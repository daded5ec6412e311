/**
 * Pay-as-you-go list prices in US dollars, East US, without any agreement's discount. `source` says where they were seen and
 * when; "not checked" ones are the list prices as generally known, because no page with them was in reach.
 */
export const prices = {
  flex: {
    aGigabyteSecond: 0.000026,
    aMillionExecutions: 0.4,
    freeGigabyteSeconds: 100_000,
    freeExecutions: 250_000,
    source: "modal.com/blog/azure-function-pricing-guide, 22 May 2025 (free grants not checked)",
  },
  tables: { tenThousandCalls: 0.00036, source: "not checked, general purpose v2, LRS" },
  queues: { tenThousandCalls: 0.004, source: "not checked, general purpose v2, LRS" },
  blobs: { tenThousandWrites: 0.05, source: "azure-serverless-demo README on GitHub (hot, LRS), seen November 2026" },
  vault: { tenThousandCalls: 0.03, source: "not checked, secrets, standard tier" },
} as const;

/** The smallest instance of Flex Consumption, and the least time that it bills (learn.microsoft.com/azure/azure-functions/flex-consumption-plan). */
export const INSTANCE_GIGABYTES = 0.5;
export const LEAST_BILLED_SECONDS = 1;
