import { configJsonSchema } from './config-file-schema.js';

/** Returns the text of `config.schema.json`, which editors read to help with a configuration file. */
export function configSchemaText(): string {
  const schema = { title: 'Tandem configuration', ...configJsonSchema() };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
