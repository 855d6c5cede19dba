"""Answers a benchmark with faiss' IndexBinaryFlat: one command a line on standard input, one JSON object a line back."""
import json
import sys
import time

import faiss
import numpy as np

print(json.dumps({"version": faiss.__version__}), flush=True)
index = queries = None
for line in sys.stdin:
    command, *arguments = line.rstrip("\n").split("\t")
    if command == "load":
        bits, code_file, query_file = int(arguments[0]), arguments[1], arguments[2]
        index = faiss.IndexBinaryFlat(bits)
        index.add(np.fromfile(code_file, dtype=np.uint8).reshape(-1, bits // 8))
        queries = np.fromfile(query_file, dtype=np.uint8).reshape(-1, bits // 8)
        print(json.dumps({"codes": index.ntotal}), flush=True)
    elif command == "search":
        # Threads, neighbours, number of queries, and how many of them at a time.
        threads, k, count, batch = map(int, arguments)
        faiss.omp_set_num_threads(threads)
        start = time.perf_counter_ns()
        found = [index.search(queries[i:i + batch], k)[0] for i in range(0, count, batch)]
        elapsed = time.perf_counter_ns() - start
        print(json.dumps({"ns": elapsed, "distances": np.concatenate(found)[:, -1].tolist()}), flush=True)
