// SPDX-License-Identifier: MIT
//! A minimal plugin in Rust: Query.hello returns a greeting.

mod gql_plugin; // The structs of gql_plugin.h that are used here.
mod json;

use gql_plugin::*;
use std::ptr::null;
use std::sync::RwLock;

pub struct Instance {
    host: *const Host,
    drained: RwLock<bool>, // Each call holds it for reading, so that drain can wait for them.
}

const DRAINED: &str = "The plugin is shutting down.";
const NOT_TEXT: &str = "The name must be a string of Unicode characters.";

fn greet(arguments: &[u8]) -> Result<Vec<u8>, json::Failure> {
    let mut object = json::Object::open(arguments)?;
    let mut name = None;
    while let Some(key) = object.key()? {
        let value = object.string()?;
        if key == "name" {
            name = Some(value);
        }
    }
    json::join(&["Hello, ", &name.ok_or(json::Failure::Malformed)?, "!"])
}

unsafe extern "C" fn hello(this: *mut Instance, call: *const Call, reply: *mut Reply) -> i32 {
    if this.is_null() || !Call::is_usable(call) || !Reply::is_usable(reply) {
        return E_MISUSE;
    }
    if (*call).arguments.is_null() {
        return E_MISUSE;
    }
    let host = &*(*this).host;
    let reject = |code, message| Reply::reject(reply, host, code, message);
    // Held until this call returns; a late call touches nothing that destroy frees.
    let drained = (*this).drained.read();
    if !matches!(drained.as_deref(), Ok(false)) {
        drop(drained);
        return reject(CODE_SERVICE_UNAVAILABLE, DRAINED);
    }
    let json = match greet(bytes((*call).arguments, (*call).arguments_size)) {
        Ok(json) => json,
        Err(json::Failure::NoMemory) => return E_NO_MEMORY,
        Err(json::Failure::Malformed) => return reject(CODE_VALIDATION_ERROR, NOT_TEXT),
    };
    match Reply::append(reply, host, &json) {
        OK => (host.reply_resolve)(host, (*reply).handle),
        E_LIMIT => reject(CODE_VALIDATION_ERROR, "The name is too long."),
        code => code,
    }
}

unsafe extern "C" fn init(host: *const Host, failure: *mut Failure) -> i32 {
    if Host::is_usable(host) {
        return OK;
    }
    Failure::write(failure, E_VERSION, "needs a host of plugin ABI 0.2")
}

unsafe extern "C" fn deinit() {}

fn check_config(config: &[u8]) -> Result<(), String> {
    match json::Object::open(config).and_then(|mut object| object.key()) {
        Ok(None) => Ok(()),
        Ok(Some(key)) => Err(format!("the configuration must be {{}}: unknown key {key}")),
        Err(_) => Err("the configuration must be {}".to_string()),
    }
}

unsafe extern "C" fn create(
    host: *const Host,
    config: *const u8,
    config_size: u64,
    ret_instance: *mut *mut Instance,
    failure: *mut Failure,
) -> i32 {
    if !Host::is_usable(host) {
        return Failure::write(failure, E_MISUSE, "needs a host of plugin ABI 0.2");
    }
    if let Err(message) = check_config(bytes(config, config_size)) {
        return Failure::write(failure, E_CONFIG, &message);
    }
    *ret_instance = Box::into_raw(Box::new(Instance {
        host,
        drained: RwLock::new(false),
    }));
    OK
}

unsafe extern "C" fn drain(this: *mut Instance) {
    if this.is_null() {
        return;
    }
    if let Ok(mut drained) = (*this).drained.write() {
        *drained = true;
    }
}

unsafe extern "C" fn destroy(this: *mut Instance) {
    if !this.is_null() {
        drop(Box::from_raw(this));
    }
}

const SDL: &str = r#"extend type Query { hello(name: String! = "world"): String! }"#;
const CONFIG_SCHEMA: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "additionalProperties": false}"#;

static PART: SchemaPart = SchemaPart::own(b"hello\0", SDL);
static RESOLVER: Resolver = Resolver::inline(b"Query\0", b"hello\0", hello);
static SCHEMA: Schema = Schema {
    struct_size: Schema::SIZE,
    part_count: 1,
    resolver_count: 1,
    loader_count: 0,
    reference_count: 0,
    reserved: 0,
    parts: &(&PART as *const SchemaPart),
    resolvers: &(&RESOLVER as *const Resolver),
    loaders: null(),
    references: null(),
};

static PLUGIN: Plugin = Plugin {
    struct_size: Plugin::SIZE,
    abi_major: 0, // Literals: the version that this source was written for.
    abi_minor: 2,
    flags: 0, // Not resident: no threads, and no thread-local values that need a destructor.
    id: b"org.example.hello-rust\0".as_ptr(),
    name: b"Hello in Rust\0".as_ptr(),
    version: b"1.0.0\0".as_ptr(),
    description: b"Returns a greeting.\0".as_ptr(),
    homepage: null(),
    licence: b"MIT\0".as_ptr(),
    schema: &SCHEMA,
    config_schema: CONFIG_SCHEMA.as_ptr(),
    config_schema_size: CONFIG_SCHEMA.len() as u64,
    init,
    deinit,
    create,
    drain,
    destroy,
    extension: None,
};

#[no_mangle]
pub extern "C" fn gql_plugin_entry_v0(host_abi_major: u32, host_abi_minor: u32) -> *const Plugin {
    if host_abi_major == 0 && host_abi_minor == 2 {
        &PLUGIN
    } else {
        null()
    }
}
