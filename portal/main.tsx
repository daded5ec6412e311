import "fluent-tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/screens.css";
import { render } from "preact";
import { readConfig } from "./config.ts";
import { Entrance } from "./entrance.tsx";
import { makeSignIn } from "./sign-in.ts";
import { localeOf, makeTexts } from "./texts.ts";

const texts = makeTexts(localeOf(navigator.languages));
document.documentElement.lang = texts.language;

const config = readConfig();
const place = document.getElementById("portal");
if (place) render(<Entrance config={config} signIn={makeSignIn(config)} texts={texts} />, place);

// A page that the browser kept as it was left still has its tokens; whoever signed out on the way must not come back to them.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
