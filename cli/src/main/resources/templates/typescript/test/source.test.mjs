// Tests of what is this connector's own; the acceptance suite looks at the rest. TODO: test what you write.
import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

function read(config, state) {
  const folder = mkdtempSync(join(tmpdir(), "source-"));
  const catalog = { streams: [{ stream: { name: "prices" }, sync_mode: "incremental", destination_sync_mode: "append" }] };
  const flags = Object.entries({ config, catalog, state }).flatMap(([name, value]) => {
    const file = join(folder, name + ".json");
    writeFileSync(file, JSON.stringify(value));
    return ["--" + name, file];
  });
  const printed = execFileSync("node", ["dist/main.js", "read", ...flags], { encoding: "utf8" });
  return printed.trim().split("\n").map((line) => JSON.parse(line));
}

test("only what is newer than the state is read, oldest first", () => {
  const state = [{ type: "STREAM", stream: { stream_descriptor: { name: "prices" }, stream_state: { day: 3 } } }];
  const days = read({ days: 5 }, state).filter((message) => message.type === "RECORD").map((message) => message.record.data.day);
  assert.deepStrictEqual(days, [4, 5]);
});
