"""Published models by the shapes of their tensors, as the headers of their checkpoints have them."""

from __future__ import annotations

from pad_ray.student.sizes import Anatomy


def qwen2(hidden: int, inner: int, layers: int, heads: int, kv_heads: int, vocabulary: int, *, tied: bool) -> Anatomy:
    kv = hidden // heads * kv_heads
    tensors: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (vocabulary, hidden),
        "model.norm.weight": (hidden,),
    }
    if not tied:
        tensors["lm_head.weight"] = (vocabulary, hidden)
    for layer in range(layers):
        at = f"model.layers.{layer}."
        for name, out in (("q", hidden), ("k", kv), ("v", kv)):
            tensors[f"{at}self_attn.{name}_proj.weight"] = (out, hidden)
            tensors[f"{at}self_attn.{name}_proj.bias"] = (out,)
        tensors[f"{at}self_attn.o_proj.weight"] = (hidden, hidden)
        tensors[f"{at}mlp.gate_proj.weight"] = tensors[f"{at}mlp.up_proj.weight"] = (inner, hidden)
        tensors[f"{at}mlp.down_proj.weight"] = (hidden, inner)
        tensors[f"{at}input_layernorm.weight"] = tensors[f"{at}post_attention_layernorm.weight"] = (hidden,)
    return Anatomy(tensors, 0, layers, hidden, hidden, heads, vocabulary, 32768)


def t5(hidden: int, inner: int, layers: int, heads: int) -> Anatomy:
    """With CodeT5's vocabulary of 32,100 and heads of 64."""
    attention = heads * 64
    tensors: dict[str, tuple[int, ...]] = {"shared.weight": (32100, hidden)}
    for side, kinds in (("encoder", ["SelfAttention"]), ("decoder", ["SelfAttention", "EncDecAttention"])):
        tensors[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = (32, heads)
        tensors[f"{side}.final_layer_norm.weight"] = (hidden,)
        for layer in range(layers):
            at = f"{side}.block.{layer}.layer."
            for place, kind in enumerate(kinds):
                for name in "qkv":
                    tensors[f"{at}{place}.{kind}.{name}.weight"] = (attention, hidden)
                tensors[f"{at}{place}.{kind}.o.weight"] = (hidden, attention)
                tensors[f"{at}{place}.layer_norm.weight"] = (hidden,)
            tensors[f"{at}{len(kinds)}.DenseReluDense.wi.weight"] = (inner, hidden)
            tensors[f"{at}{len(kinds)}.DenseReluDense.wo.weight"] = (hidden, inner)
            tensors[f"{at}{len(kinds)}.layer_norm.weight"] = (hidden,)
    return Anatomy(tensors, layers, layers, hidden, attention, heads, 32100, None)


CODET5_SMALL = t5(512, 2048, 6, 8)
CODET5_BASE = t5(768, 3072, 12, 12)
CODET5_LARGE = t5(1024, 4096, 24, 16)
QWEN_05 = qwen2(896, 4864, 24, 14, 2, 151936, tied=True)
QWEN_15 = qwen2(1536, 8960, 28, 12, 2, 151936, tied=True)
QWEN_7 = qwen2(3584, 18944, 28, 28, 4, 152064, tied=False)
