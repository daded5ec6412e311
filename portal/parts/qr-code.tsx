import { generate } from "lean-qr/nano";
import { useMemo } from "preact/hooks";

/** The quiet zone that readers need around a code (ISO/IEC 18004 section 6.3.8). */
const QUIET_MODULES = 4;

/** A QR code of `text`, black on white whatever the colours of the page: readers need that contrast. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => pathOf(text), [text]);
  const side = size + 2 * QUIET_MODULES;
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function pathOf(text: string): { size: number; path: string } {
  const code = generate(text);
  const modules: string[] = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) modules.push(`M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z`);
    }
  }
  return { size: code.size, path: modules.join("") };
}
