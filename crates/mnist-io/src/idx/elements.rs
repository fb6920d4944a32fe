//! The numbers of a file as what they are.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, Read, Write};

use super::{ElementType, FormatError};

/// The numbers of an IDX file, the last dimension running fastest.
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
    /// What they are.
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

    /// How many there are.
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

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `count` numbers, or says how many bytes there were instead.
    pub(super) fn read(
        source: &mut impl Read,
        element: ElementType,
        count: usize,
    ) -> Result<Self, Fault> {
        Ok(match element {
            ElementType::U8 => Self::U8(read_bytes(source, count)?),
            ElementType::I8 => Self::I8(read_numbers(source, count, i8::from_be_bytes)?),
            ElementType::I16 => Self::I16(read_numbers(source, count, i16::from_be_bytes)?),
            ElementType::I32 => Self::I32(read_numbers(source, count, i32::from_be_bytes)?),
            ElementType::F32 => Self::F32(read_numbers(source, count, f32::from_be_bytes)?),
            ElementType::F64 => Self::F64(read_numbers(source, count, f64::from_be_bytes)?),
        })
    }

    /// Writes them as a file holds them.
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

/// Why numbers could not be read.
pub(super) enum Fault {
    Memory,
    /// There were only so many bytes.
    Short(u64),
    Read(io::Error),
}

impl Fault {
    /// The same of a file whose header has `header` bytes and promises `promised` after it.
    pub(super) fn of_file(self, header: u64, promised: u64) -> FormatError {
        match self {
            Self::Memory => FormatError::Memory { expected: promised },
            Self::Short(found) => FormatError::Short {
                expected: header.saturating_add(promised),
                found: header.saturating_add(found),
            },
            Self::Read(error) => FormatError::Read(error),
        }
    }
}

/// Numbers that are converted at once: their bytes wait in the first-level cache.
const CHUNK: usize = 1024;

fn reserve<T>(count: usize) -> Result<Vec<T>, Fault> {
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(count).map_err(|_| Fault::Memory)?;
    Ok(numbers)
}

fn read_bytes(source: &mut impl Read, count: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = reserve(count)?;
    source.take(count as u64).read_to_end(&mut bytes).map_err(Fault::Read)?;
    if bytes.len() == count { Ok(bytes) } else { Err(Fault::Short(bytes.len() as u64)) }
}

/// Reads by pieces, so that bytes and numbers are not both in memory.
fn read_numbers<T, const N: usize>(
    source: &mut impl Read,
    count: usize,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, Fault> {
    let mut numbers = reserve(count)?;
    let mut bytes = Vec::with_capacity(CHUNK.saturating_mul(N));
    while numbers.len() < count {
        let wanted = count.saturating_sub(numbers.len()).min(CHUNK).saturating_mul(N);
        bytes.clear();
        source.take(wanted as u64).read_to_end(&mut bytes).map_err(Fault::Read)?;
        if bytes.len() < wanted {
            let read = numbers.len().saturating_mul(N).saturating_add(bytes.len());
            return Err(Fault::Short(read as u64));
        }
        numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| number(bytes)));
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
