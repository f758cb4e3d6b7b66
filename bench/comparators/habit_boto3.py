"""The habit in Python: boto3 as it comes, one call after the other. It measures itself.

Arguments: how often to run, and how many runs to leave out of the figures.
"""

import json
import sys
import time

runs, warm_up = int(sys.argv[1]), int(sys.argv[2])
began = time.perf_counter()

import hashlib
import os
import resource
import urllib.parse
import urllib.request

import boto3

client = boto3.client("secretsmanager")
prefix = os.environ["IMS_TOKEN_ROTATOR_PREFIX"]
ims = os.environ["IMS_ENDPOINT_URL"]


def seconds_left(version_id):
    return int(version_id[:8] + version_id[9:13], 16) / 1000 - time.time()


def current_of(stages):
    return next(i for i, labels in stages.items() if "AWSCURRENT" in labels)


def renew(row):
    described = client.describe_secret(SecretId=row["ARN"])
    if seconds_left(current_of(described["VersionIdsToStages"])) > 43_200:
        return
    stored = client.get_secret_value(SecretId=row["Name"].removesuffix("token") + "client")
    credential = json.loads(stored["SecretString"])
    requested = {"Key": "requested", "Value": str(int(time.time()))}
    client.tag_resource(SecretId=row["ARN"], Tags=[requested])
    form = {
        "grant_type": "client_credentials",
        "client_id": credential["client_id"],
        "client_secret": credential["client_secret"],
        "scope": credential["scope"],
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{ims}/ims/token/v3", data=body) as response:
        token = json.load(response)
    expiry = int((time.time() + token["expires_in"]) * 1000)
    value = json.dumps({"access_token": token["access_token"], "expires_at": expiry})
    e, h = f"{expiry:012x}", hashlib.sha256(value.encode()).hexdigest()
    put = client.put_secret_value(
        SecretId=row["ARN"],
        ClientRequestToken=f"{e[:8]}-{e[8:]}-8{h[:3]}-8015-18{h[:10]}",
        SecretString=value,
    )
    if "AWSCURRENT" not in put["VersionStages"]:
        raise RuntimeError("the token is not current")


def handler():
    renewed = 0
    filters = [{"Key": "name", "Values": [f"{prefix}/"]}]
    for page in client.get_paginator("list_secrets").paginate(
        Filters=filters, PaginationConfig={"PageSize": 100}
    ):
        for row in page["SecretList"]:
            if not row["Name"].endswith("/token"):
                continue
            if seconds_left(current_of(row["SecretVersionsToStages"])) <= 43_200:
                renew(row)
                renewed += 1
    return renewed


milliseconds = []
for _ in range(runs):
    renewed = handler()
    milliseconds.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"milliseconds": milliseconds[warm_up:], "renewed": renewed, "peak": peak}))
