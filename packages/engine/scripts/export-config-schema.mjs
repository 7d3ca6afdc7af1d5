// Writes config.schema.json from the zod schema. Run after a build: `node scripts/export-config-schema.mjs`; a test checks for drift.
import { writeFileSync } from 'node:fs';
import { configSchemaText } from '../dist/config/config-schema-text.js';

writeFileSync(new URL('../config.schema.json', import.meta.url), configSchemaText());
