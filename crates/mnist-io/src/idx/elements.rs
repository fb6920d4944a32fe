//! The numbers of an IDX file as Rust types, and their conversion from and to big-endian bytes.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, Read, Write};

use super::header::Header;
use super::{ElementType, FormatError};

/// The numbers of an IDX file, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// Element type 0x08.
    U8(Vec<u8>),
    /// Element type 0x09.
    I8(Vec<i8>),
    /// Element type 0x0b.
    I16(Vec<i16>),
    /// Element type 0x0c.
    I32(Vec<i32>),
    /// Element type 0x0d.
    F32(Vec<f32>),
    /// Element type 0x0e.
    F64(Vec<f64>),
}

impl Elements {
    /// The type of the numbers.
    #[must_use]
    pub fn element_type(&self) -> ElementType {
        match self {
            Self::U8(_) => ElementType::U8,
            Self::I8(_) => ElementType::I8,
            Self::I16(_) => ElementType::I16,
            Self::I32(_) => ElementType::I32,
            Self::F32(_) => ElementType::F32,
            Self::F64(_) => ElementType::F64,
        }
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(numbers) => numbers.len(),
            Self::I8(numbers) => numbers.len(),
            Self::I16(numbers) => numbers.len(),
            Self::I32(numbers) => numbers.len(),
            Self::F32(numbers) => numbers.len(),
            Self::F64(numbers) => numbers.len(),
        }
    }

    /// Whether there are no numbers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads all numbers of `payload`, into memory for as many as `header` promises.
    pub(super) fn read(payload: &mut dyn Read, header: &Header) -> Result<Self, FormatError> {
        Ok(match header.element {
            ElementType::U8 => {
                let mut bytes = reserve(header)?;
                payload.read_to_end(&mut bytes)?;
                Self::U8(bytes)
            }
            ElementType::I8 => Self::I8(read_numbers(payload, header, i8::from_be_bytes)?),
            ElementType::I16 => Self::I16(read_numbers(payload, header, i16::from_be_bytes)?),
            ElementType::I32 => Self::I32(read_numbers(payload, header, i32::from_be_bytes)?),
            ElementType::F32 => Self::F32(read_numbers(payload, header, f32::from_be_bytes)?),
            ElementType::F64 => Self::F64(read_numbers(payload, header, f64::from_be_bytes)?),
        })
    }

    /// Writes the numbers as big-endian bytes.
    pub(crate) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::U8(numbers) => out.write_all(numbers),
            Self::I8(numbers) => write_numbers(out, numbers, i8::to_be_bytes),
            Self::I16(numbers) => write_numbers(out, numbers, i16::to_be_bytes),
            Self::I32(numbers) => write_numbers(out, numbers, i32::to_be_bytes),
            Self::F32(numbers) => write_numbers(out, numbers, f32::to_be_bytes),
            Self::F64(numbers) => write_numbers(out, numbers, f64::to_be_bytes),
        }
    }
}

/// How many numbers are converted at a time: few enough that their bytes stay in the L1 cache.
const CHUNK: usize = 1024;

fn reserve<T>(header: &Header) -> Result<Vec<T>, FormatError> {
    let mut numbers = Vec::new();
    numbers
        .try_reserve_exact(header.elements() as usize)
        .map_err(|_| FormatError::Memory { expected: header.payload() })?;
    Ok(numbers)
}

/// Reads in chunks, so that the bytes and the numbers of a whole file are never both in memory.
fn read_numbers<T, const N: usize>(
    payload: &mut dyn Read,
    header: &Header,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, FormatError> {
    let mut numbers = reserve(header)?;
    let chunk = CHUNK.saturating_mul(N);
    let mut bytes = Vec::with_capacity(chunk);
    while payload.take(chunk as u64).read_to_end(&mut bytes)? > 0 {
        numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| number(bytes)));
        bytes.clear();
    }
    Ok(numbers)
}

fn write_numbers<T: Copy, const N: usize>(
    out: &mut impl Write,
    numbers: &[T],
    bytes: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK.saturating_mul(N));
    for numbers in numbers.chunks(CHUNK) {
        buffer.clear();
        buffer.extend(numbers.iter().flat_map(|&number| bytes(number)));
        out.write_all(&buffer)?;
    }
    Ok(())
}
