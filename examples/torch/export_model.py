"""Writes tiny-gpt.onnx beside itself: a small, untrained language model over bytes, as PyTorch exports it.

Given a second path, writes there what PyTorch computes for two rows of text: logits, loss and all gradients.
Needs PyTorch (Debian: python3-torch). Run: python3 examples/torch/export_model.py [EXPECTED.json]
"""

import base64
import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional

VOCABULARY, CONTEXT, WIDTH, HEADS, LAYERS = 256, 128, 16, 2, 2


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        batch, sequence, _ = x.shape
        parts = self.qkv(x).view(batch, sequence, 3, HEADS, WIDTH // HEADS)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).unbind()  # each [batch, heads, sequence, width / heads]
        scores = queries @ keys.transpose(-2, -1) / (WIDTH // HEADS) ** 0.5
        places = torch.arange(sequence, device=x.device)
        scores = scores.masked_fill(places[:, None] < places, float("-inf"))
        mixed = self.dropout(scores.softmax(-1)) @ values
        return self.output(mixed.transpose(1, 2).reshape(batch, sequence, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.mlp_norm = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH), nn.Dropout(0.1))

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.mlp(self.mlp_norm(x))


class TinyGpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.bytes = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        self.dropout = nn.Dropout(0.1)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, input_ids):
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.dropout(self.bytes(input_ids) + self.positions(places))
        return self.norm(self.blocks(x)) @ self.bytes.weight.T  # [batch, sequence, vocabulary]


def untrained():
    """No two parameters are equal: in evaluation mode PyTorch's exporter merges those that are, and what is merged is trained as
    one. (Exported with training=torch.onnx.TrainingMode.TRAINING they stay apart; give Dropout a ratio of 0 then.)"""
    torch.manual_seed(7)
    model = TinyGpt().eval()
    for name, parameter in model.named_parameters():
        scale = 0.2 if parameter.dim() == 2 else 0.1
        noise = scale * torch.randn_like(parameter)
        parameter.data = noise + 1 if name.endswith("norm.weight") else noise
    return model


def export(model, path):
    torch.onnx.export(
        model,
        torch.zeros(2, 8, dtype=torch.int64),
        str(path),
        input_names=["input_ids"],
        output_names=["logits"],
        dynamic_axes={"input_ids": {0: "batch", 1: "sequence"}, "logits": {0: "batch", 1: "sequence"}},
        opset_version=14,
        do_constant_folding=False,  # folding would replace weights by transposed copies without their names
    )


def packed(tensor):
    """float32, little-endian, in base64: every digit at a fifth of the space."""
    return {"shape": list(tensor.shape), "base64": base64.b64encode(tensor.detach().numpy().tobytes()).decode()}


def expected(model):
    text = b"the bell rings slow over grey water"
    rows = torch.tensor([list(text[:17]), list(text[17:34])])
    input_ids, labels = rows[:, :-1], rows[:, 1:]
    logits = model(input_ids)
    loss = functional.cross_entropy(logits.reshape(-1, VOCABULARY), labels.reshape(-1))
    loss.backward()
    return {
        "input_ids": input_ids.tolist(),
        "labels": labels.tolist(),
        "logits": packed(logits),
        "loss": loss.item(),
        "gradients": {name: packed(parameter.grad) for name, parameter in model.named_parameters()},
    }


tiny = untrained()
export(tiny, pathlib.Path(__file__).with_name("tiny-gpt.onnx"))
if len(sys.argv) > 1:
    pathlib.Path(sys.argv[1]).write_text(json.dumps(expected(tiny), indent=1) + "\n")
