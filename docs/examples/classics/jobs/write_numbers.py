"""Writes a file of numbers into the folder that crawler 1 looks at."""

import json


def run(job):
    numbers = [{"number": number, "square": number * number} for number in range(1, 11)]
    text = "".join(json.dumps(one) + "\n" for one in numbers)
    job.storage.put("two_jobs_in/numbers.json", text.encode())
    job.log(f"{len(numbers)} numbers written")
    return {"rows": len(numbers)}
