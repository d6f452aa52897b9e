#!/usr/bin/env python3
"""A small client of the CloudStack API: signs requests, waits for jobs. `cloud_client.py admin.json listZones name=x`."""
import base64
import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The API said no."""

    def __init__(self, command, code, text):
        super().__init__(f"{command}: {code} {text}")
        self.code, self.text = code, text


class Cloud:
    def __init__(self, endpoint, apikey, secretkey):
        self.endpoint, self.apikey, self.secretkey = endpoint, apikey, secretkey

    @classmethod
    def from_file(cls, file, endpoint=None):
        with open(file, encoding="utf-8") as handle:
            found = json.load(handle)
        return cls(endpoint or found["endpoint"], found["apikey"], found["secretkey"])

    @staticmethod
    def is_ready(base):
        try:
            with urllib.request.urlopen(base + "/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def sign(self, parameters):
        def encode(value):
            return urllib.parse.quote(str(value), safe="*")

        text = "&".join(f"{key}={encode(value)}" for key, value in sorted(parameters.items())).lower()
        return base64.b64encode(hmac.new(self.secretkey.encode(), text.encode(), hashlib.sha1).digest()).decode()

    def call(self, command, **parameters):
        parameters = {key: str(value) for key, value in parameters.items()}
        parameters.update(command=command, response="json", apiKey=self.apikey)
        parameters["signature"] = self.sign(parameters)
        body = urllib.parse.urlencode(parameters).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.endpoint, data=body), timeout=700) as answer:
                content = json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                inside = next(iter(json.loads(text).values()))
                raise Refused(command, inside.get("errorcode"), inside.get("errortext")) from None
            except (ValueError, AttributeError, StopIteration):
                raise Refused(command, error.code, text) from None
        return next(iter(content.values()))

    def job(self, command, **parameters):
        """Calls an asynchronous command and waits for its end."""
        started = self.call(command, **parameters)
        pause = 0.02
        while True:
            job = self.call("queryAsyncJobResult", jobid=started["jobid"])
            if job["jobstatus"] == 1:
                return job.get("jobresult", {})
            if job["jobstatus"] == 2:
                raise Refused(command, job["jobresult"]["errorcode"], job["jobresult"]["errortext"])
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def __getattr__(self, command):
        return lambda **parameters: self.call(command, **parameters)


if __name__ == "__main__":
    client = Cloud.from_file(sys.argv[1])
    words = dict(word.split("=", 1) for word in sys.argv[3:])
    try:
        print(json.dumps(client.call(sys.argv[2], **words), indent=2))
    except Refused as error:
        print(error, file=sys.stderr)
        sys.exit(1)
