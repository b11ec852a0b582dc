"""A job that takes ten minutes, polled with back-off; the handlers read the virtual clock.
Change first: DURATION to three hours, and see which limit of the definition ends the run."""

import json
from datetime import timedelta
from pathlib import Path

import asl

HERE = Path(__file__).parent
DURATION = timedelta(minutes=10)
SUBSTITUTIONS = {
    "SubmitJobFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:submit-job",
    "ReadStatusFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:read-status",
}
ready_at = {}


def submit_job(payload, context):
    ready_at["job-5"] = context.now + DURATION
    return {"id": "job-5", "source": payload["video"], "status": "QUEUED"}


def read_status(job, context):
    done = context.now >= ready_at[job["id"]]
    print(f"{context.now:%H:%M:%S}  {'done' if done else 'not yet'}")
    return {**job, "status": "COMPLETE", "url": "s3://videos/5"} if done else job


TASKS = {"submit-job": submit_job, "read-status": read_status}

if __name__ == "__main__":
    machine = asl.load(HERE / "polling.asl.json", substitutions=SUBSTITUTIONS)
    video = json.loads((HERE / "polling.input.json").read_text())
    result = machine.run(video, tasks=TASKS)
    print(f"{result.status} after {result.elapsed}, {result.path.count('ReadStatus')} polls")
    print(result.output)
