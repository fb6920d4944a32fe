//! Weight initialisers and named streams of randomness for neural networks.
