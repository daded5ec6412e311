export type IconName = "devices" | "sessions" | "connector" | "audit" | "webhooks" | "health";

/** Drawn on a grid of 20, in the manner of Fluent's icons; they say nothing that the word beside them does not. */
const paths: Record<IconName, string> = {
  devices: "M2.5 4.5h11v8h-11zM5.5 15.5h4M8 12.5v3M15.5 8.5h2v7h-4v-1",
  sessions: "M3 5.5h14v8H9l-3 3v-3H3zM6.5 8.5h7M6.5 10.5h4",
  connector: "M8 12l4-4M9 6l2-2a3.5 3.5 0 0 1 5 5l-2 2M11 14l-2 2a3.5 3.5 0 0 1-5-5l2-2",
  audit: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10h5.5M7.5 13h5.5",
  webhooks:
    "M10 6.5a2.5 2.5 0 1 1 2 2.4L9 14M8 5a2.5 2.5 0 0 1 3.5-1M6.5 11.5a2.5 2.5 0 1 0 2 3h5M15 13a2.5 2.5 0 1 1-2 3",
  health: "M2.5 10.5h4l2-5 3 9 2-4h4",
};

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
