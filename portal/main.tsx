import "fluent-tokens.css";
import { render } from "preact";

const place = document.getElementById("portal");
if (place) render(<p>hello</p>, place);
