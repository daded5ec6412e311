declare module "autocannon" {
  namespace autocannon {
    type Request = { headers?: Record<string, string>; body?: string; method?: string; path?: string };
    type Options = {
      url: string;
      method?: string;
      headers?: Record<string, string>;
      body?: string;
      amount?: number;
      duration?: number;
      connections?: number;
      overallRate?: number;
      requests?: { setupRequest?: (request: Request) => Request }[];
    };
    type Result = { "2xx": number; non2xx: number; statusCodeStats: Record<string, { count: number }> };
  }
  type Running = Promise<autocannon.Result> & { on: (event: "response", heard: () => void) => void };
  function autocannon(options: autocannon.Options): Running;
  export default autocannon;
}
