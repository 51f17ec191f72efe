# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'ffi'

module Gql
  # libgql_host.so, the library behind abi/gql_host.h: its structs and functions for a pool of instances.
  class HostLibrary
    # Where a checkout has it. GQL_HOST_LIBRARY names another.
    BUILT = File.expand_path('../../../build/abi/host/libgql_host.so.0.1', __dir__)

    class Missing < StandardError; end

    class RuntimeOptions < FFI::Struct
      layout :name, :pointer, :version, :pointer, :user, :pointer, :log, :pointer, :log_level, :uint32,
             :unix_milliseconds, :pointer, :on_misuse, :pointer, :reply_limit, :size_t, :quarantine, :size_t,
             :reply_prefix, :pointer, :copies_plugins, :bool
    end

    class Answer < FFI::Struct
      layout :resolved, :bool, :json, :pointer, :json_size, :size_t, :errors, :pointer, :errors_size, :size_t,
             :code, :pointer, :message, :pointer, :message_size, :size_t, :extensions, :pointer,
             :extensions_size, :size_t, :user, :pointer

      # Returns a copy of a text.
      def text(member)
        self[member].read_bytes(self[:"#{member}_size"]).force_encoding(Encoding::UTF_8)
      end
    end

    class PoolOptions < FFI::Struct
      layout :user, :pointer, :config, :pointer, :milliseconds, :pointer, :max_idle, :size_t,
             :max_waiting_per_key, :size_t, :max_waiting, :size_t, :threads, :size_t
    end

    class PoolKey < FFI::Struct
      layout :key, :pointer, :key_size, :size_t, :state, :int, :calls, :uint64, :waiting, :uint64, :failure, :pointer
    end

    FUNCTIONS = {
      gql_runtime_create: [:int32, %i[pointer pointer pointer]],
      gql_runtime_destroy: [:void, %i[pointer]],
      gql_runtime_metrics: [:int32, %i[pointer pointer pointer]],
      gql_library_open: [:int32, %i[pointer pointer pointer pointer]],
      gql_library_close: [:void, %i[pointer bool]],
      gql_answer_release: [:void, %i[pointer]],
      gql_pool_create: [:int32, %i[pointer pointer pointer pointer]],
      gql_pool_destroy: [:void, %i[pointer]],
      gql_pool_call: [:int32, %i[pointer pointer size_t pointer pointer pointer pointer]],
      gql_pool_suspend_key: [:int32, %i[pointer pointer size_t]],
      gql_pool_resume_key: [:int32, %i[pointer pointer size_t]],
      gql_pool_close_key: [:int32, %i[pointer pointer size_t]],
      gql_pool_list_keys: [:int32, %i[pointer pointer pointer]],
      gql_pool_health: [:uint32, %i[pointer pointer size_t]],
      gql_pool_metrics: [:int32, %i[pointer uint32 pointer pointer]],
      gql_pool_state_name: [:string, %i[int]]
    }.freeze
    LIBC = { malloc: [:pointer, %i[size_t]], free: [:void, %i[pointer]] }.freeze

    # The one library of the process.
    def self.shared
      @shared ||= new(ENV.fetch('GQL_HOST_LIBRARY', BUILT))
    end

    # As everywhere, calls release the interpreter's lock: they may wait for a thread that needs it.
    def initialize(path)
      code = FFI::DynamicLibrary.open(path, FFI::DynamicLibrary::RTLD_NOW | FFI::DynamicLibrary::RTLD_LOCAL)
      @functions = functions(code, FUNCTIONS).merge(functions(FFI::DynamicLibrary.open(nil, FFI::DynamicLibrary::RTLD_LAZY), LIBC))
    rescue LoadError => e
      raise Missing, "The host library can't be loaded: #{e.message}. Build it with `ninja -C build abi/host/libgql_host.so.0.1`, " \
                     'or set GQL_HOST_LIBRARY to its path'
    end

    def call(name, *arguments)
      @functions.fetch(name).call(*arguments)
    end

    private

    def functions(code, signatures)
      signatures.to_h do |name, (result, parameters)|
        [name, FFI::Function.new(result, parameters, code.find_function(name.to_s), blocking: true)]
      end
    end
  end
end
