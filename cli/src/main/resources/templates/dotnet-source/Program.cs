// @title@: a source. It reads prices by day, and goes on after the last day it has read.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

const string Stream = "prices";

// TODO: the options that your users fill in. A secret has airbyte_secret.
const string Spec = """
    {"connectionSpecification": {
      "$schema": "http://json-schema.org/draft-07/schema#", "title": "@title@", "type": "object",
      "required": ["days"], "additionalProperties": true, "properties": {
        "days": {"type": "integer", "title": "Days", "description": "How many days there are", "order": 0},
        "api_key": {"type": "string", "title": "API key", "description": "Sent with every request", "airbyte_secret": true, "order": 1}}}}
    """;

// TODO: your streams, with the columns that their records have.
const string Catalog = """
    {"streams": [{"name": "prices",
      "json_schema": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {
        "day": {"type": "integer"}, "symbol": {"type": "string"}, "price": {"type": "number"},
        "updated_at": {"type": "string", "format": "date-time"}}},
      "supported_sync_modes": ["full_refresh", "incremental"], "source_defined_cursor": true,
      "default_cursor_field": ["day"], "source_defined_primary_key": [["day"]]}]}
    """;

using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 65536);

void Say(JsonNode message)
{
    output.Write(message.ToJsonString());
    output.Write('\n');
}

static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

void Status(string value)
{
    Say(new JsonObject
    {
        ["type"] = "TRACE",
        ["trace"] = new JsonObject
        {
            ["type"] = "STREAM_STATUS",
            ["emitted_at"] = Now(),
            ["stream_status"] = new JsonObject
            {
                ["stream_descriptor"] = new JsonObject { ["name"] = Stream },
                ["status"] = value,
            },
        },
    });
    output.Flush();
}

// Tells that everything up to a day was given; a run that is given this goes on from there.
void State(long day, long count)
{
    Say(new JsonObject
    {
        ["type"] = "STATE",
        ["state"] = new JsonObject
        {
            ["type"] = "STREAM",
            ["stream"] = new JsonObject
            {
                ["stream_descriptor"] = new JsonObject { ["name"] = Stream },
                ["stream_state"] = new JsonObject { ["day"] = day },
            },
            ["sourceStats"] = new JsonObject { ["recordCount"] = count },
        },
    });
    output.Flush();
}

// Gives the records that are newer than a day, oldest first.
static IEnumerable<(long Day, JsonObject Record)> Fetch(JsonNode config, long after)
{
    // TODO: ask your API here, page by page.
    var days = config["days"]!.GetValue<long>();
    for (var day = after + 1; day <= days; day++)
    {
        yield return (day, new JsonObject
        {
            ["day"] = day,
            ["symbol"] = "MILL",
            ["price"] = 100 + day / 4.0,
            ["updated_at"] = $"2026-01-01T00:00:{day % 60:00}Z",
        });
    }
}

static void Check(JsonNode config)
{
    if (config["days"] is not JsonValue value || !value.TryGetValue<long>(out var days) || days < 1)
    {
        throw new ConfigError("days must be at least 1.");
    }
    // TODO: ask your API for something small, with the user's rights.
}

void Read(JsonNode config, JsonNode catalog, JsonNode? states)
{
    Check(config);
    foreach (var configured in catalog["streams"]!.AsArray())
    {
        var name = configured!["stream"]!["name"]!.GetValue<string>();
        if (name != Stream)
        {
            throw new ConfigError($"There is no stream {name}.");
        }
    }
    foreach (var configured in catalog["streams"]!.AsArray())
    {
        long after = 0;
        if (configured!["sync_mode"]!.GetValue<string>() == "incremental" && states is JsonArray kept)
        {
            foreach (var state in kept)
            {
                after = state!["stream"]!["stream_state"]!["day"]?.GetValue<long>() ?? 0;
            }
        }
        Status("STARTED");
        Status("RUNNING");
        long count = 0;
        foreach (var (day, record) in Fetch(config, after))
        {
            Say(new JsonObject
            {
                ["type"] = "RECORD",
                ["record"] = new JsonObject { ["stream"] = Stream, ["emitted_at"] = Now(), ["data"] = record },
            });
            after = day;
            if (++count == 1000)
            {
                State(after, count);
                count = 0;
            }
        }
        State(after, count);
        Status("COMPLETE");
    }
}

try
{
    var files = new Dictionary<string, JsonNode>();
    for (var i = 1; i + 1 < args.Length; i += 2)
    {
        files[args[i]] = JsonNode.Parse(File.ReadAllText(args[i + 1]))!;
    }
    switch (args.FirstOrDefault())
    {
        case "spec":
            Say(new JsonObject { ["type"] = "SPEC", ["spec"] = JsonNode.Parse(Spec) });
            break;
        case "check":
            var status = new JsonObject { ["status"] = "SUCCEEDED" };
            try
            {
                Check(files["--config"]);
            }
            catch (ConfigError error)
            {
                status = new JsonObject { ["status"] = "FAILED", ["message"] = error.Message };
            }
            Say(new JsonObject { ["type"] = "CONNECTION_STATUS", ["connectionStatus"] = status });
            break;
        case "discover":
            Say(new JsonObject { ["type"] = "CATALOG", ["catalog"] = JsonNode.Parse(Catalog) });
            break;
        case "read":
            Read(files["--config"], files["--catalog"], files.GetValueOrDefault("--state"));
            break;
        default:
            throw new ConfigError("The verbs are spec, check, discover and read.");
    }
    return 0;
}
catch (Exception error)
{
    Say(new JsonObject
    {
        ["type"] = "TRACE",
        ["trace"] = new JsonObject
        {
            ["type"] = "ERROR",
            ["emitted_at"] = Now(),
            ["error"] = new JsonObject
            {
                ["message"] = error.Message,
                ["internal_message"] = error.ToString(),
                ["failure_type"] = error is ConfigError ? "config_error" : "system_error",
            },
        },
    });
    return 1;
}

/// <summary>Something that the user can change.</summary>
internal sealed class ConfigError(string message) : Exception(message);
