const bytes = (text: string) => Buffer.from(text);

/** A portal of one file, which is different in each encoding. */
export const builtPortal = {
  script: "main-A1.js",
  style: "main-B2.css",
  files: new Map([
    [
      "main-A1.js",
      {
        contentType: "text/javascript; charset=utf-8",
        hash: "A1",
        plain: bytes("plain"),
        br: bytes("brotli"),
        gzip: bytes("gzip"),
      },
    ],
  ]),
};
