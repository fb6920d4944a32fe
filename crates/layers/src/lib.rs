//! Neural network layers, losses and networks with explicit modes and no hidden state.
