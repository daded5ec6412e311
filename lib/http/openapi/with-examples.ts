import type { JsonSchema, Media, OpenApiDocument } from "./document.ts";
import { exampleOf } from "./example-of.ts";
import { examples } from "./examples.ts";

/** The document with an example of each schema that has a name, of each JSON body and of each JSON answer. */
export function withExamples(document: OpenApiDocument): OpenApiDocument {
  const { schemas } = document.components;
  for (const [name, schema] of Object.entries(schemas)) {
    const example = examples[name];
    if (example) schema.examples = [example];
  }
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    giveExample(operation.requestBody?.content, schemas);
    for (const { content } of Object.values(operation.responses)) giveExample(content, schemas);
  }
  return document;
}

function giveExample(content: Record<string, Media> = {}, schemas: Record<string, JsonSchema>) {
  const media = content["application/json"];
  // A schema with a name has its example beside it.
  if (media && !("$ref" in media.schema)) media.example = exampleOf(media.schema, schemas);
}
