//! The content of any IDX file: numbers of one type in any number of dimensions.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::header::Header;
use super::{ElementType, Elements, FormatError};

/// The content of an IDX file.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub(crate) header: Header,
    pub(crate) elements: Elements,
}

impl Array {
    /// An array of size `dims` from its `elements` in row-major order.
    ///
    /// # Panics
    ///
    /// When there are no dimensions or more than 255, or when their product is not the number of
    /// elements.
    ///
    /// ```
    /// use mnist_io::idx::{Array, Elements, parse};
    ///
    /// let array = Array::new(vec![1, 2], Elements::I16(vec![-2, 300]));
    /// let mut file = Vec::new();
    /// array.write_to(&mut file)?;
    /// assert_eq!(file, [0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 1, 0x2c]);
    /// assert_eq!(parse(&file).unwrap(), array);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(dims: Vec<u32>, elements: Elements) -> Self {
        assert!((1..=255).contains(&dims.len()), "{} dimensions, expected 1 to 255", dims.len());
        let header = Header { element: elements.element_type(), dims };
        assert!(
            header.elements() == elements.len() as u64,
            "{} elements are not an array of size {:?}",
            elements.len(),
            header.dims
        );
        Self { header, elements }
    }

    /// Reads the elements that follow `header`.
    pub(crate) fn read(payload: &mut dyn Read, header: &Header) -> Result<Self, FormatError> {
        Ok(Self { elements: Elements::read(payload, header)?, header: header.clone() })
    }

    /// The size of each dimension.
    #[must_use]
    pub fn dims(&self) -> &[u32] {
        &self.header.dims
    }

    /// The type of the elements.
    #[must_use]
    pub fn element_type(&self) -> ElementType {
        self.header.element
    }

    /// The elements in row-major order.
    #[must_use]
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// Writes header and elements: the bytes of an uncompressed file.
    ///
    /// # Errors
    ///
    /// Any error of writing to `out`.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.header.to_bytes())?;
        self.elements.write_to(out)
    }

    /// SHA-256 of the uncompressed file, in lower-case hexadecimal, by which
    /// [`published`](crate::published) knows MNIST.
    ///
    /// ```
    /// let array = mnist_io::idx::parse(&[0, 0, 8, 1, 0, 0, 0, 2, 5, 12]).unwrap();
    /// assert!(array.sha256().starts_with("a25e9aae"));
    /// ```
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hasher = Hasher(Sha256::new());
        let written = self.write_to(&mut hasher);
        debug_assert!(written.is_ok(), "a hasher accepts all bytes");
        hexadecimal(hasher.0)
    }
}

/// The digest of all bytes so far, in lower-case hexadecimal.
pub(crate) fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// [`Sha256`] as a writer, which `sha2` itself does not offer.
struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
