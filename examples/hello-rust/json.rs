// SPDX-License-Identifier: MIT
//! As much of JSON (RFC 8259) as the plugin needs: objects whose values are strings. Nothing here
//! panics, since that would end the host's process.

use std::io::Write;
use std::str::{from_utf8, Chars};

pub enum Failure {
    Malformed,
    NoMemory,
}
use Failure::*;

/// Reads an object, member by member.
pub struct Object<'a> {
    rest: Chars<'a>,
    begun: bool,
}

impl<'a> Object<'a> {
    pub fn open(json: &'a [u8]) -> Result<Self, Failure> {
        let text = from_utf8(json).map_err(|_| Malformed)?;
        let mut object = Object {
            rest: text.chars(),
            begun: false,
        };
        object.expect('{')?;
        Ok(object)
    }

    /// Reads the key of the next member, whose value the caller must read. None after the last one.
    pub fn key(&mut self) -> Result<Option<String>, Failure> {
        if self.take('}') {
            self.skip_space();
            return if self.rest.as_str().is_empty() {
                Ok(None)
            } else {
                Err(Malformed)
            };
        }
        if self.begun {
            self.expect(',')?;
        }
        self.begun = true;
        let key = self.string()?;
        self.expect(':')?;
        Ok(Some(key))
    }

    pub fn string(&mut self) -> Result<String, Failure> {
        self.expect('"')?;
        let mut text = String::new();
        // No escape is shorter than its character, so this is room enough.
        text.try_reserve(self.rest.as_str().len())
            .map_err(|_| NoMemory)?;
        loop {
            match self.next()? {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                '\0'..='\x1f' => return Err(Malformed), // Section 7: must be escaped.
                other => text.push(other),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Failure> {
        match self.next()? {
            other @ ('"' | '\\' | '/') => Ok(other),
            'b' => Ok('\x08'),
            'f' => Ok('\x0c'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => self.code_point(),
            _ => Err(Malformed),
        }
    }

    /// What follows `\u`. A character above U+FFFF is a pair of surrogates, each with its own `\u`;
    /// a surrogate alone is no character.
    fn code_point(&mut self) -> Result<char, Failure> {
        let mut code = self.code_unit()?;
        if let 0xd800..=0xdbff = code {
            if self.next()? != '\\' || self.next()? != 'u' {
                return Err(Malformed);
            }
            match self.code_unit()? {
                low @ 0xdc00..=0xdfff => code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00),
                _ => return Err(Malformed),
            }
        }
        char::from_u32(code).ok_or(Malformed)
    }

    fn code_unit(&mut self) -> Result<u32, Failure> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + self.next()?.to_digit(16).ok_or(Malformed)?;
        }
        Ok(unit)
    }

    fn next(&mut self) -> Result<char, Failure> {
        self.rest.next().ok_or(Malformed)
    }

    fn skip_space(&mut self) {
        self.rest = self
            .rest
            .as_str()
            .trim_start_matches([' ', '\t', '\n', '\r'])
            .chars();
    }

    /// Takes white space, and `token` if it comes next.
    fn take(&mut self, token: char) -> bool {
        self.skip_space();
        let taken = self.rest.as_str().starts_with(token);
        if taken {
            self.rest.next();
        }
        taken
    }

    fn expect(&mut self, token: char) -> Result<(), Failure> {
        if self.take(token) {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}

/// Joins the parts to one JSON string.
pub fn join(parts: &[&str]) -> Result<Vec<u8>, Failure> {
    let mut json = Vec::new();
    let size: usize = parts.iter().map(|part| part.len()).sum();
    // The longest escape, `\u0000`, has six bytes.
    json.try_reserve(6 * size + 2).map_err(|_| NoMemory)?;
    json.push(b'"');
    for byte in parts.iter().flat_map(|part| part.bytes()) {
        match byte {
            b'"' | b'\\' => json.extend([b'\\', byte]),
            0..=0x1f => write!(json, "\\u{:04x}", byte).map_err(|_| NoMemory)?,
            _ => json.push(byte),
        }
    }
    json.push(b'"');
    Ok(json)
}
