"""A Map over six photos, three at a time: one is broken, one takes too long, the others are made.
Change first: MaxConcurrency in the definition, and see how the virtual time changes."""

import json
from pathlib import Path

import asl

HERE = Path(__file__).parent


def make_thumbnail(photo):
    if not photo["megapixels"]:
        raise asl.TaskFailed("NotAPhoto", photo["key"])
    thumbnail = {"key": photo["key"], "thumbnail": f"small/{photo['key']}"}
    return asl.returns(thumbnail, after=photo["megapixels"] / 2)  # half a second a megapixel


def publish_album(payload):
    made = [photo["key"] for photo in payload["made"]]
    return {"album": payload["album"], "made": made, "failed": payload["failed"]}


TASKS = {"make-thumbnail": make_thumbnail, "publish-album": publish_album}

if __name__ == "__main__":
    machine = asl.load(HERE / "fan_out.asl.json")
    album = json.loads((HERE / "fan_out.input.json").read_text())
    result = machine.run(album, tasks=TASKS)
    begin = result.history[0]["timestamp"]
    for event in result.history:
        if event["type"] in ("MapIterationStarted", "MapIterationSucceeded"):
            step = event["type"].removeprefix("MapIteration")
            index = event[f"mapIteration{step}EventDetails"]["index"]
            print(f"{event['timestamp'] - begin}  {step} {album['photos'][index]['key']}")
    print(f"{result.status} after {result.elapsed}: {json.dumps(result.output, indent=2)}")
