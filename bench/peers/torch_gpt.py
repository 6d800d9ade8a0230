"""PyTorch's side of `npm run bench -- train`: a GPT over bytes, AdamW, gradient clipping, float32, CPU.

    python3 torch_gpt.py LAYERS WIDTH HEADS CONTEXT BATCH THREADS WARM_UP STEPS

Prints JSON: median seconds per step and peak resident bytes. Attention, GELU (tanh), pre-normalisation and biases as in AXON's decoder.
"""

import json
import math
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

LAYERS, WIDTH, HEADS, CONTEXT, BATCH, THREADS, WARM_UP, STEPS = map(int, sys.argv[1:9])
VOCABULARY = 256
torch.set_num_threads(THREADS)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attn, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fc, self.out = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("later", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1))

    def forward(self, x):
        parts = self.attn(self.ln_1(x)).split(WIDTH, 2)
        q, k, v = (part.view(BATCH, CONTEXT, HEADS, WIDTH // HEADS).transpose(1, 2) for part in parts)
        scores = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(WIDTH // HEADS))
        mixed = F.softmax(scores.masked_fill(self.later, float("-inf")), -1) @ v
        x = x + self.proj(mixed.transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH))
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.ln_f, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, ids, targets):
        x = self.blocks(self.wte(ids) + self.wpe(torch.arange(CONTEXT)))
        return F.cross_entropy(self.head(self.ln_f(x)).view(-1, VOCABULARY), targets.view(-1))


model = Decoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
seconds = []
for _ in range(WARM_UP + STEPS):
    ids, targets = torch.randint(0, VOCABULARY, (2, BATCH, CONTEXT))
    start = time.perf_counter()
    optimizer.zero_grad()
    model(ids, targets).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    seconds.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": statistics.median(seconds[WARM_UP:]), "peakBytes": peak}))
