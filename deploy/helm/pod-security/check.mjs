// Prints, as JSON, what Monokle has against the rendered objects in some YAML files by its rules for the
// Pod Security Standards. All of them are on: half of them are off by themselves.
// Usage: node check.mjs file.yaml …
import { readFileSync } from "node:fs";
import { createDefaultMonokleValidator } from "@monokle/validation";
import YAML from "yaml";

const PLUGIN = "pod-security-standards";

const resources = process.argv.slice(2).flatMap((file) =>
  YAML.parseAllDocuments(readFileSync(file, "utf8"))
    .map((document) => document.toJS())
    .filter(Boolean)
    .map((content, index) => ({
      id: `${file}#${index}`,
      fileId: file,
      filePath: file,
      fileOffset: 0,
      name: content.metadata.name,
      apiVersion: content.apiVersion,
      kind: content.kind,
      content,
      text: YAML.stringify(content),
    })),
);

const validator = createDefaultMonokleValidator();
await validator.preload({ plugins: { [PLUGIN]: true } });
const [plugin] = validator.getPlugins();
const names = plugin.rules.map((rule) => rule.name);
const rules = Object.fromEntries(names.map((name) => [`${PLUGIN}/${name}`, "err"]));
await validator.preload({ plugins: { [PLUGIN]: true }, rules });

const report = await validator.validate({ resources });
const findings = report.runs
  .flatMap((run) => run.results)
  .map((result) => ({
    rule: plugin.rules.find((rule) => rule.id === result.ruleId).name,
    object: result.locations[1].logicalLocations[0].fullyQualifiedName,
  }));
process.stdout.write(JSON.stringify({ objects: resources.length, rules: names, findings }));
