// @title@: a source. It reads prices by day, and goes on after the last day it has read.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

const stream = "prices"

// TODO: the options that your users fill in. A secret has airbyte_secret.
const spec = `{"connectionSpecification": {
  "$schema": "http://json-schema.org/draft-07/schema#", "title": "@title@", "type": "object",
  "required": ["days"], "additionalProperties": true, "properties": {
    "days": {"type": "integer", "title": "Days", "description": "How many days there are", "order": 0},
    "api_key": {"type": "string", "title": "API key", "description": "Sent with every request", "airbyte_secret": true, "order": 1}}}}`

// TODO: your streams, with the columns that their records have.
const catalog = `{"streams": [{"name": "prices",
  "json_schema": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {
    "day": {"type": "integer"}, "symbol": {"type": "string"}, "price": {"type": "number"},
    "updated_at": {"type": "string", "format": "date-time"}}},
  "supported_sync_modes": ["full_refresh", "incremental"], "source_defined_cursor": true,
  "default_cursor_field": ["day"], "source_defined_primary_key": [["day"]]}]}`

type config struct {
	Days   int    `json:"days"`
	APIKey string `json:"api_key"`
}

type price struct {
	Day       int     `json:"day"`
	Symbol    string  `json:"symbol"`
	Price     float64 `json:"price"`
	UpdatedAt string  `json:"updated_at"`
}

type configuredCatalog struct {
	Streams []struct {
		Stream struct {
			Name string `json:"name"`
		} `json:"stream"`
		SyncMode string `json:"sync_mode"`
	} `json:"streams"`
}

type keptState struct {
	Stream struct {
		State struct {
			Day int `json:"day"`
		} `json:"stream_state"`
	} `json:"stream"`
}

// configError is something that the user can change.
type configError string

func (e configError) Error() string { return string(e) }

type object = map[string]any

var output = bufio.NewWriterSize(os.Stdout, 64<<10)

func say(message object) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = output.Write(append(line, '\n'))
	return err
}

func now() int64 { return time.Now().UnixMilli() }

// fetch gives the records that are newer than the day after, oldest first.
func fetch(c config, after int, give func(price) error) error {
	// TODO: ask your API here, page by page.
	for day := after + 1; day <= c.Days; day++ {
		record := price{day, "MILL", 100 + float64(day)/4, fmt.Sprintf("2026-01-01T00:00:%02dZ", day%60)}
		if err := give(record); err != nil {
			return err
		}
	}
	return nil
}

func status(value string) error {
	err := say(object{"type": "TRACE", "trace": object{"type": "STREAM_STATUS", "emitted_at": now(),
		"stream_status": object{"stream_descriptor": object{"name": stream}, "status": value}}})
	return errors.Join(err, output.Flush())
}

// state tells that everything up to day was given; a run that is given this goes on from there.
func state(day, count int) error {
	err := say(object{"type": "STATE", "state": object{"type": "STREAM",
		"stream":      object{"stream_descriptor": object{"name": stream}, "stream_state": object{"day": day}},
		"sourceStats": object{"recordCount": count}}})
	return errors.Join(err, output.Flush())
}

func check(c config) error {
	if c.Days < 1 {
		return configError("days must be at least 1.")
	}
	// TODO: ask your API for something small, with the user's rights.
	return nil
}

func read(c config, asked configuredCatalog, states []keptState) error {
	if err := check(c); err != nil {
		return err
	}
	for _, configured := range asked.Streams {
		if configured.Stream.Name != stream {
			return configError("There is no stream " + configured.Stream.Name + ".")
		}
	}
	for _, configured := range asked.Streams {
		after := 0
		if configured.SyncMode == "incremental" {
			for _, kept := range states {
				after = kept.Stream.State.Day
			}
		}
		if err := errors.Join(status("STARTED"), status("RUNNING")); err != nil {
			return err
		}
		count := 0
		err := fetch(c, after, func(record price) error {
			if err := say(object{"type": "RECORD", "record": object{"stream": stream, "emitted_at": now(), "data": record}}); err != nil {
				return err
			}
			after = record.Day
			if count++; count == 1000 {
				count = 0
				return state(after, 1000)
			}
			return nil
		})
		if err := errors.Join(err, state(after, count), status("COMPLETE")); err != nil {
			return err
		}
	}
	return nil
}

func load(path string, target any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, target)
}

func run(words []string) error {
	if len(words) == 0 {
		return configError("The verbs are spec, check, discover and read.")
	}
	var c config
	var asked configuredCatalog
	var states []keptState
	targets := map[string]any{"--config": &c, "--catalog": &asked, "--state": &states}
	for i := 1; i+1 < len(words); i += 2 {
		if target, known := targets[words[i]]; known {
			if err := load(words[i+1], target); err != nil {
				return err
			}
		}
	}
	switch words[0] {
	case "spec":
		return say(object{"type": "SPEC", "spec": json.RawMessage(spec)})
	case "check":
		if err := check(c); err != nil {
			return say(object{"type": "CONNECTION_STATUS", "connectionStatus": object{"status": "FAILED", "message": err.Error()}})
		}
		return say(object{"type": "CONNECTION_STATUS", "connectionStatus": object{"status": "SUCCEEDED"}})
	case "discover":
		return say(object{"type": "CATALOG", "catalog": json.RawMessage(catalog)})
	case "read":
		return read(c, asked, states)
	}
	return configError("The verbs are spec, check, discover and read, not \"" + words[0] + "\".")
}

func main() {
	err := run(os.Args[1:])
	if err != nil {
		kind := "system_error"
		var wrong configError
		if errors.As(err, &wrong) {
			kind = "config_error"
		}
		_ = say(object{"type": "TRACE", "trace": object{"type": "ERROR", "emitted_at": now(),
			"error": object{"message": err.Error(), "failure_type": kind}}})
	}
	if errors.Join(err, output.Flush()) != nil {
		os.Exit(1)
	}
}
