"""Causal decoders: GPT-2, XGLM, Llama and Bloom (ALiBi)."""

from __future__ import annotations

from typing import Any

import transformers as tf

from shiftdemo.models.scratch.size import ScratchSize

# The configuration classes take more keywords than their signatures say.
_stock: Any = tf


def _shared(tokenizer: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "tie_word_embeddings": True,
    }


def make(size: ScratchSize, tokenizer: Any, dropout: float) -> tuple[Any, Any]:
    """Returns the configuration and the class of a model.

    Weights start at ``N(0, d^-0.5)``: then the logits of the tied head start near 1, and a
    position that training never saw weighs as much as one that it saw.
    """
    start = size.width**-0.5
    shared = _shared(tokenizer)
    if size.encoding == "learned":
        return _stock.GPT2Config(
            n_embd=size.width,
            n_layer=size.layers,
            n_head=size.heads,
            n_inner=size.ffn,
            n_positions=size.max_positions,
            initializer_range=start,
            resid_pdrop=dropout,
            embd_pdrop=dropout,
            attn_pdrop=dropout,
            **shared,
        ), tf.GPT2LMHeadModel
    if size.encoding == "sinusoidal":
        return _stock.XGLMConfig(
            d_model=size.width,
            num_layers=size.layers,
            attention_heads=size.heads,
            ffn_dim=size.ffn,
            max_position_embeddings=size.max_positions,
            init_std=start,
            scale_embedding=True,
            dropout=dropout,
            attention_dropout=dropout,
            activation_dropout=0.0,
            decoder_start_token_id=tokenizer.bos_token_id,
            **shared,
        ), tf.XGLMForCausalLM
    if size.encoding == "rotary":
        return _stock.LlamaConfig(
            hidden_size=size.width,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            num_key_value_heads=size.heads,
            intermediate_size=size.ffn,
            max_position_embeddings=size.max_positions,
            initializer_range=start,
            attention_dropout=dropout,
            **shared,
        ), tf.LlamaForCausalLM
    return _stock.BloomConfig(
        hidden_size=size.width,
        n_layer=size.layers,
        n_head=size.heads,
        initializer_range=start,
        hidden_dropout=dropout,
        attention_dropout=dropout,
        **shared,
    ), tf.BloomForCausalLM
