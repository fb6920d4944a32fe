//! MNIST and other IDX data: checked reader, verified download, synthetic digits.
