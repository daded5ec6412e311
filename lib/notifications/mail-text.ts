import { filled } from "./filled.ts";
import { type Html, html } from "./html.ts";
import { textsIn } from "./languages.ts";

type Facts = {
  language: string;
  organization: string;
  matchCode: string;
  url: string;
  device: string;
  reason?: string | undefined;
};

/** An e-mail that asks the user: a small whole page of HTML that loads nothing from anywhere. */
export function mailText({ language, organization, matchCode, url, device, reason }: Facts) {
  const { mail, page, direction } = textsIn(language);
  const subject = filled(mail.subject, { organization }).replace(/[\p{Cc}\s]+/gu, " ");
  const asks = filled(html`${mail.asks}`.html, {
    organization: html`<bdi>${organization}</bdi>`.html,
    device: html`<bdi>${device}</bdi>`.html,
  });
  const why = reason
    ? html`<p style="margin:0 0 16px"><b>${page.why}</b><br><span dir="auto">${reason}</span></p>`
    : "";
  // Mail programs drop html and body: language and direction stand at the innermost element as well.
  const content: Html = html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${subject}</title></head>
<body style="margin:0;padding:24px 16px;background:#f5f5f5">
<div lang="${language}" dir="${direction}" style="max-width:520px;margin:0 auto;padding:24px;border:1px solid #e0e0e0;border-radius:8px;background:#fff;color:#242424;font:16px/1.5 'Segoe UI',system-ui,sans-serif">
<p style="margin:0 0 16px">${{ html: asks }}</p>
${why}
<p style="margin:0 0 16px"><b>${page.matchCode}</b><br><span dir="ltr" style="font-size:28px;font-weight:700;letter-spacing:4px">${matchCode}</span></p>
<p style="margin:0 0 16px">${page.warning}</p>
<p style="margin:0 0 16px">${mail.open}</p>
<p style="margin:0 0 24px"><a href="${url}" style="display:inline-block;padding:12px 24px;border-radius:4px;background:#0f6cbd;color:#fff;font-weight:600;text-decoration:none">${mail.button}</a></p>
<p style="margin:0 0 16px">${mail.unexpected}</p>
<p style="margin:0;color:#616161;font-size:14px">${mail.address}<br><a href="${url}" dir="ltr" style="color:#0f6cbd;word-break:break-all">${url}</a></p>
</div>
</body>
</html>
`;
  return { subject, html: content.html };
}
