/** @title@: a source. It reads prices by day, and goes on after the last day it has read. */
import { readFileSync, writeSync } from "node:fs";

const STREAM = "prices";

interface Config {
  days: number;
  api_key?: string;
}

interface Price {
  day: number;
  symbol: string;
  price: number;
  updated_at: string;
}

interface ConfiguredCatalog {
  streams: { stream: { name: string }; sync_mode: string }[];
}

interface KeptState {
  stream: { stream_state: { day?: number } };
}

/** Something that the user can change. */
class ConfigError extends Error {}

// TODO: the options that your users fill in. A secret has airbyte_secret.
const SPEC = {
  connectionSpecification: {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "@title@",
    type: "object",
    required: ["days"],
    additionalProperties: true,
    properties: {
      days: { type: "integer", title: "Days", description: "How many days there are", order: 0 },
      api_key: { type: "string", title: "API key", description: "Sent with every request", airbyte_secret: true, order: 1 },
    },
  },
};

// TODO: your streams, with the columns that their records have.
const CATALOG = {
  streams: [
    {
      name: STREAM,
      json_schema: {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        properties: {
          day: { type: "integer" },
          symbol: { type: "string" },
          price: { type: "number" },
          updated_at: { type: "string", format: "date-time" },
        },
      },
      supported_sync_modes: ["full_refresh", "incremental"],
      source_defined_cursor: true,
      default_cursor_field: ["day"],
      source_defined_primary_key: [["day"]],
    },
  ],
};

/** Gives the records that are newer than the day `after`, oldest first. */
async function* fetchPrices(config: Config, after: number): AsyncGenerator<Price> {
  // TODO: ask your API here, page by page.
  for (let day = after + 1; day <= config.days; day++) {
    const second = String(day % 60).padStart(2, "0");
    yield { day, symbol: "MILL", price: 100 + day / 4, updated_at: `2026-01-01T00:00:${second}Z` };
  }
}

let waiting: string[] = [];

/** Keeps lines together: a write for each would cost more than the record. */
function say(message: unknown): void {
  waiting.push(JSON.stringify(message) + "\n");
  if (waiting.length >= 100) {
    flush();
  }
}

function flush(): void {
  let bytes = Buffer.from(waiting.join(""));
  waiting = [];
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      // The reader is behind; its pipe takes more in a moment.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function status(value: string): void {
  say({
    type: "TRACE",
    trace: { type: "STREAM_STATUS", emitted_at: Date.now(), stream_status: { stream_descriptor: { name: STREAM }, status: value } },
  });
  flush();
}

/** Tells that everything up to `day` was given; a run that is given this goes on from there. */
function state(day: number, count: number): void {
  say({
    type: "STATE",
    state: {
      type: "STREAM",
      stream: { stream_descriptor: { name: STREAM }, stream_state: { day } },
      sourceStats: { recordCount: count },
    },
  });
  flush();
}

function check(config: Config): void {
  if (!Number.isInteger(config.days) || config.days < 1) {
    throw new ConfigError("days must be at least 1.");
  }
  // TODO: ask your API for something small, with the user's rights.
}

async function read(config: Config, catalog: ConfiguredCatalog, states: KeptState[]): Promise<void> {
  check(config);
  for (const configured of catalog.streams) {
    if (configured.stream.name !== STREAM) {
      throw new ConfigError(`There is no stream ${configured.stream.name}.`);
    }
  }
  for (const configured of catalog.streams) {
    let after = 0;
    if (configured.sync_mode === "incremental") {
      for (const kept of states) {
        after = kept.stream.stream_state.day ?? 0;
      }
    }
    status("STARTED");
    status("RUNNING");
    let count = 0;
    for await (const record of fetchPrices(config, after)) {
      say({ type: "RECORD", record: { stream: STREAM, emitted_at: Date.now(), data: record } });
      after = record.day;
      if (++count === 1000) {
        state(after, count);
        count = 0;
      }
    }
    state(after, count);
    status("COMPLETE");
  }
}

async function main(words: string[]): Promise<void> {
  const [verb = "", ...rest] = words;
  const files: Record<string, any> = {};
  for (let i = 0; i + 1 < rest.length; i += 2) {
    files[rest[i].slice(2)] = JSON.parse(readFileSync(rest[i + 1], "utf8"));
  }
  switch (verb) {
    case "spec":
      say({ type: "SPEC", spec: SPEC });
      break;
    case "check":
      try {
        check(files.config);
        say({ type: "CONNECTION_STATUS", connectionStatus: { status: "SUCCEEDED" } });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        say({ type: "CONNECTION_STATUS", connectionStatus: { status: "FAILED", message: error.message } });
      }
      break;
    case "discover":
      say({ type: "CATALOG", catalog: CATALOG });
      break;
    case "read":
      await read(files.config, files.catalog, files.state ?? []);
      break;
    default:
      throw new ConfigError(`The verbs are spec, check, discover and read, not "${verb}".`);
  }
  flush();
}

main(process.argv.slice(2)).catch((error) => {
  const failure_type = error instanceof ConfigError ? "config_error" : "system_error";
  say({
    type: "TRACE",
    trace: { type: "ERROR", emitted_at: Date.now(), error: { message: String(error.message), internal_message: String(error.stack), failure_type } },
  });
  flush();
  process.exitCode = 1;
});
