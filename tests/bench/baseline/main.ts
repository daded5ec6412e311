import { app } from "@azure/functions";
import { librariesSessionRequest } from "./libraries.ts";
import { callback, devices, list, notify, sessionRequest } from "./quickstart.ts";
import { rawSessionRequest } from "./raw.ts";

const authLevel = "anonymous";
app.http("raw-session", { methods: ["POST"], route: "raw/sessions", authLevel, handler: rawSessionRequest });
app.http("libraries-session", {
  methods: ["POST"],
  route: "libraries/sessions",
  authLevel,
  handler: librariesSessionRequest,
});
app.http("session", { methods: ["POST"], route: "quickstart/sessions", authLevel, handler: sessionRequest });
app.http("devices", { methods: ["GET"], route: "quickstart/devices", authLevel, handler: devices });
app.http("callback", { methods: ["GET"], route: "quickstart/callback", authLevel, handler: callback });
app.http("notify", { methods: ["POST"], route: "quickstart/notify", authLevel, handler: notify });
app.http("list", { methods: ["GET"], route: "quickstart/list", authLevel, handler: list });
