// SPDX-License-Identifier: MIT
//! What hello.rs uses of gql_plugin.h, ABI 0.2, in the order of the header, which says what each
//! member means; and a few functions beside the structs. `*const u8` stands for `const char *`.

use crate::Instance;
use std::ffi::c_void;
use std::ptr::null;

pub const OK: i32 = 0;
pub const E_MISUSE: i32 = -1;
pub const E_NO_MEMORY: i32 = -2;
pub const E_VERSION: i32 = -4;
pub const E_CONFIG: i32 = -5;
pub const E_LIMIT: i32 = -7;

/// Text or JSON of the other side.
pub unsafe fn bytes<'a>(data: *const u8, size: u64) -> &'a [u8] {
    if data.is_null() {
        return &[];
    }
    std::slice::from_raw_parts(data, size as usize)
}

/// A struct of the ABI. Each is declared with the members of ABI 0.2, so its size is the baseline.
pub trait Struct: Sized {
    const SIZE: u32 = std::mem::size_of::<Self>() as u32;

    /// Bits 16 to 31 of flags, or `reserved`: what is set there must be understood, and nothing is.
    fn unknown(&self) -> u32 {
        0
    }

    /// Whether the other side's struct is there, has the whole baseline, and can be understood.
    unsafe fn is_usable(this: *const Self) -> bool {
        !this.is_null() && *this.cast::<u32>() >= Self::SIZE && (*this).unknown() == 0
    }
}

#[repr(C)]
pub struct Failure {
    pub struct_size: u32,
    pub code: i32,
    pub message: [u8; 1016],
}

impl Failure {
    /// Writes why init or create failed, truncated between characters.
    pub unsafe fn write(this: *mut Failure, code: i32, message: &str) -> i32 {
        if !Failure::is_usable(this) {
            return code;
        }
        let mut size = message.len().min((*this).message.len() - 1);
        while !message.is_char_boundary(size) {
            size -= 1;
        }
        let room = (*this).message.as_mut_ptr();
        room.copy_from_nonoverlapping(message.as_ptr(), size);
        *room.add(size) = 0;
        (*this).code = code;
        code
    }
}

#[repr(C)]
pub struct Reply {
    pub struct_size: u32,
    pub reserved: u32,
    pub handle: u64,
    pub data: *mut u8,
    pub size: u64,
    pub capacity: u64,
}

impl Reply {
    /// Appends to the reply: the bytes before `size` are the host's.
    pub unsafe fn append(this: *mut Reply, host: &Host, json: &[u8]) -> i32 {
        let size = json.len() as u64;
        if (*this).capacity - (*this).size < size {
            let code = (host.reply_grow)(host, (*this).handle, size);
            if code != OK {
                return code;
            }
        }
        let end = (*this).data.add((*this).size as usize);
        end.copy_from_nonoverlapping(json.as_ptr(), json.len());
        (*this).size += size;
        OK
    }

    pub unsafe fn reject(this: *mut Reply, host: &Host, code: &'static [u8], message: &str) -> i32 {
        let error = Error {
            struct_size: Error::SIZE,
            reserved: 0,
            code: code.as_ptr(),
            message: message.as_ptr(),
            message_size: message.len() as u64,
            extensions: null(),
            extensions_size: 0,
            path: null(),
            path_size: 0,
        };
        (host.reply_reject)(host, (*this).handle, &error)
    }
}

#[repr(C)]
pub struct Call {
    pub struct_size: u32,
    pub flags: u32,
    pub arguments: *const u8,
    pub arguments_size: u64,
    pub parent: *const u8,
    pub parent_size: u64,
    pub selection: *const c_void,
    pub request: *const c_void,
    pub shape: *const c_void,
}

pub type ResolveFn = unsafe extern "C" fn(*mut Instance, *const Call, *mut Reply) -> i32;

pub const CODE_VALIDATION_ERROR: &[u8] = b"VALIDATION_ERROR\0";
pub const CODE_SERVICE_UNAVAILABLE: &[u8] = b"SERVICE_UNAVAILABLE\0";

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub reserved: u32,
    pub code: *const u8,
    pub message: *const u8,
    pub message_size: u64,
    pub extensions: *const u8,
    pub extensions_size: u64,
    pub path: *const u8,
    pub path_size: u64,
}

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub name: *const u8,
    pub version: *const u8,
    pub data: *mut c_void,
    pub reply_grow: unsafe extern "C" fn(*const Host, u64, u64) -> i32,
    pub reply_resolve: unsafe extern "C" fn(*const Host, u64) -> i32,
    pub reply_reject: unsafe extern "C" fn(*const Host, u64, *const Error) -> i32,
    pub extension: unsafe extern "C" fn(*const Host, *const u8) -> *const c_void,
    pub reply_error: unsafe extern "C" fn(*const Host, u64, *const Error) -> i32,
}

pub const PART_OWN: u32 = 1;

#[repr(C)]
pub struct SchemaPart {
    pub struct_size: u32,
    pub kind: u32,
    pub name: *const u8,
    pub sdl: *const u8,
    pub sdl_size: u64,
}

impl SchemaPart {
    /// `name` ends in NUL.
    pub const fn own(name: &'static [u8], sdl: &'static str) -> Self {
        SchemaPart {
            struct_size: Self::SIZE,
            kind: PART_OWN,
            name: name.as_ptr(),
            sdl: sdl.as_ptr(),
            sdl_size: sdl.len() as u64,
        }
    }
}

pub const RESOLVER_INLINE: u32 = 1;

#[repr(C)]
pub struct Resolver {
    pub struct_size: u32,
    pub flags: u32,
    pub type_name: *const u8,
    pub field: *const u8,
    pub resolve: ResolveFn,
    pub required_fields: *const *const u8,
    pub required_field_count: u32,
    pub reserved: u32,
}

impl Resolver {
    /// Without required fields. `type_name` and `field` end in NUL.
    pub const fn inline(
        type_name: &'static [u8],
        field: &'static [u8],
        resolve: ResolveFn,
    ) -> Self {
        Resolver {
            struct_size: Self::SIZE,
            flags: RESOLVER_INLINE,
            type_name: type_name.as_ptr(),
            field: field.as_ptr(),
            resolve,
            required_fields: null(),
            required_field_count: 0,
            reserved: 0,
        }
    }
}

#[repr(C)]
pub struct Schema {
    pub struct_size: u32,
    pub part_count: u32,
    pub resolver_count: u32,
    pub loader_count: u32,
    pub reference_count: u32,
    pub reserved: u32,
    pub parts: *const *const SchemaPart,
    pub resolvers: *const *const Resolver,
    pub loaders: *const *const c_void,
    pub references: *const *const u8,
}

pub type CreateFn =
    unsafe extern "C" fn(*const Host, *const u8, u64, *mut *mut Instance, *mut Failure) -> i32;

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub flags: u32,
    pub id: *const u8,
    pub name: *const u8,
    pub version: *const u8,
    pub description: *const u8,
    pub homepage: *const u8,
    pub licence: *const u8,
    pub schema: *const Schema,
    pub config_schema: *const u8,
    pub config_schema_size: u64,
    pub init: unsafe extern "C" fn(*const Host, *mut Failure) -> i32,
    pub deinit: unsafe extern "C" fn(),
    pub create: CreateFn,
    pub drain: unsafe extern "C" fn(*mut Instance),
    pub destroy: unsafe extern "C" fn(*mut Instance),
    pub extension: Option<unsafe extern "C" fn(*const u8) -> *const c_void>,
}

impl Struct for Failure {}
impl Struct for Error {}
impl Struct for SchemaPart {}
impl Struct for Resolver {}
impl Struct for Schema {}
impl Struct for Plugin {}
impl Struct for Reply {
    fn unknown(&self) -> u32 {
        self.reserved
    }
}
impl Struct for Call {
    fn unknown(&self) -> u32 {
        self.flags >> 16
    }
}
impl Struct for Host {
    fn unknown(&self) -> u32 {
        self.reserved
    }
}

// The tables of a plugin are constant, so any thread may read them.
unsafe impl Sync for SchemaPart {}
unsafe impl Sync for Resolver {}
unsafe impl Sync for Schema {}
unsafe impl Sync for Plugin {}
