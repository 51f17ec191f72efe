# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'ffi'

module Gql
  # The structs and constants of abi/gql_plugin.h, in its order and with its names. A test compares them with
  # tests/abi/layout.txt.
  module Abi
    ABI_MAJOR = 0
    ABI_MINOR = 2
    PLUGIN_ENTRY_SYMBOL = 'gql_plugin_entry_v0'

    OK = 0
    PENDING = 1
    E_MISUSE = -1
    E_NO_MEMORY = -2
    E_STALE_REPLY = -3
    E_VERSION = -4
    E_CONFIG = -5
    E_UNAVAILABLE = -6
    E_LIMIT = -7

    ACTION_READ = 1
    ACTION_CREATE = 2
    ACTION_UPDATE = 4
    ACTION_DELETE = 8

    SOURCE_UNKNOWN = 0
    SOURCE_HTTP = 1
    SOURCE_WEBSOCKET = 2
    SOURCE_INTERNAL = 3

    SOURCE_TYPE_UNKNOWN = 0
    SOURCE_TYPE_WEB = 1
    SOURCE_TYPE_MOBILE = 2
    SOURCE_TYPE_API = 3
    SOURCE_TYPE_INTERNAL = 4
    SOURCE_TYPE_INTEGRATION = 5

    ACTOR_UNKNOWN = 0
    ACTOR_USER = 1
    ACTOR_INTEGRATION = 2
    ACTOR_SYSTEM = 3

    CALL_SHAPED = 1 << 16

    CODE_UNAUTHORIZED = 'UNAUTHORIZED'
    CODE_PERMISSION_DENIED = 'PERMISSION_DENIED'
    CODE_NOT_FOUND = 'NOT_FOUND'
    CODE_VALIDATION_ERROR = 'VALIDATION_ERROR'
    CODE_CONFLICT = 'CONFLICT'
    CODE_DUPLICATE = 'DUPLICATE'
    CODE_RATE_LIMITED = 'RATE_LIMITED'
    CODE_INTERNAL_ERROR = 'INTERNAL_ERROR'
    CODE_SERVICE_UNAVAILABLE = 'SERVICE_UNAVAILABLE'
    CODE_CANCELLED = 'CANCELLED'
    CODE_DEADLINE_EXCEEDED = 'DEADLINE_EXCEEDED'

    HEALTH_OK = 0
    HEALTH_DEGRADED = 1
    HEALTH_FAILED = 2

    LOG_ERROR = 1
    LOG_WARNING = 2
    LOG_INFO = 3
    LOG_DEBUG = 4

    EXT_LOG = 'log/1'
    EXT_CLOCK = 'clock/1'
    EXT_HEALTH = 'draft/health/1'
    EXT_EVENTS = 'draft/events/1'
    EXT_METRICS = 'draft/metrics/1'

    HEALTH = %w[ok degraded failed].freeze

    PART_OWN = 1
    PART_COMMON = 2
    PART_SUBGRAPH = 3

    RESOLVER_INLINE = 1
    RESOLVER_WRITES = 2
    RESOLVER_SHAPES = 4

    PLUGIN_RESIDENT = 1 << 16

    # The bits of a flags member that a reader must understand; it may ignore the others.
    MUST_UNDERSTAND = 0xFFFF0000

    # A struct of the ABI. FFI::Struct keeps the pointers assigned to its members alive as long as itself.
    class Struct < FFI::Struct
      # Allocates a struct and sets `struct_size` and the given members. The others are 0.
      def self.make(**members)
        new.tap do |struct|
          struct[:struct_size] = size
          members.each { |name, value| struct[name] = value }
        end
      end

      # Returns the size of a struct up to and including `member`: GQL_SIZE_THROUGH in the header.
      def self.size_through(member)
        field = new.layout[member]
        field.offset + field.size
      end

      # GQL_FITS in the header: whether the struct is as large as in ABI 0.2.
      def fits?
        self[:struct_size] >= self.class::SIZE_0_2
      end

      # GQL_HAS in the header.
      def has?(member)
        field = layout[member]
        self[:struct_size] >= field.offset + field.size
      end

      # Returns a member, or nil if it is NULL or beyond `struct_size`.
      def read(member)
        value = self[member] if has?(member)
        value unless value.is_a?(FFI::Pointer) && value.null?
      end

      # Returns NUL-terminated text.
      def text(member)
        read(member)&.read_string&.force_encoding(Encoding::UTF_8)
      end

      # Returns text whose size is in another member.
      def sized_text(member, size_member)
        size = read(size_member) or return
        read(member)&.read_bytes(size)&.force_encoding(Encoding::UTF_8)
      end
    end

    class Failure < Struct
      layout :struct_size, :uint32, :code, :int32, :message, [:char, 1016]
    end

    class Grant < Struct
      layout :struct_size, :uint32, :actions, :uint32, :organization_id, :pointer, :organization_id_size, :uint64
    end

    class Request < Struct
      layout :struct_size, :uint32, :source, :uint32, :actor_id, :pointer, :actor_id_size, :uint64, :grants, :pointer,
             :grant_count, :uint32, :actor_kind, :uint32, :trace_id, :pointer, :locale, :pointer, :occurrence, :pointer,
             :deadline, :uint64, :cancelled, :pointer, :source_type, :uint32, :reserved, :uint32,
             :organization_id, :pointer, :organization_id_size, :uint64, :client_address, :pointer,
             :user_agent, :pointer, :user_agent_size, :uint64, :idempotency_key, :pointer, :idempotency_key_size, :uint64
    end

    class Selection < Struct
      layout :struct_size, :uint32, :name_size, :uint32, :name, :pointer, :children, :pointer, :next, :pointer
    end

    class Shape < Struct
      layout :struct_size, :uint32, :name_size, :uint32, :name, :pointer, :response_name, :pointer,
             :response_name_size, :uint32, :type_condition_size, :uint32, :type_condition, :pointer,
             :children, :pointer, :next, :pointer
    end

    class Reply < Struct
      layout :struct_size, :uint32, :reserved, :uint32, :handle, :uint64, :data, :pointer, :size, :uint64,
             :capacity, :uint64
    end

    class Call < Struct
      layout :struct_size, :uint32, :flags, :uint32, :arguments, :pointer, :arguments_size, :uint64,
             :parent, :pointer, :parent_size, :uint64, :selection, :pointer, :request, :pointer, :shape, :pointer,
             :response_name, :pointer, :response_name_size, :uint64
    end

    class Error < Struct
      layout :struct_size, :uint32, :reserved, :uint32, :code, :pointer, :message, :pointer, :message_size, :uint64,
             :extensions, :pointer, :extensions_size, :uint64, :path, :pointer, :path_size, :uint64
    end

    class Host < Struct
      layout :struct_size, :uint32, :abi_major, :uint32, :abi_minor, :uint32, :reserved, :uint32, :name, :pointer,
             :version, :pointer, :data, :pointer, :reply_grow, :pointer, :reply_resolve, :pointer,
             :reply_reject, :pointer, :extension, :pointer, :reply_error, :pointer
    end

    class Log < Struct
      layout :struct_size, :uint32, :level, :uint32, :write, :pointer
    end

    class Clock < Struct
      layout :struct_size, :uint32, :reserved, :uint32, :unix_milliseconds, :pointer
    end

    class Health < Struct
      layout :struct_size, :uint32, :check, :pointer
    end

    class Events < Struct
      layout :struct_size, :uint32, :reserved, :uint32, :read, :pointer, :claim, :pointer, :acknowledge, :pointer,
             :watch, :pointer
    end

    class MetricsQuery < Struct
      layout :struct_size, :uint32, :organizations, :uint32
    end

    class Metrics < Struct
      layout :struct_size, :uint32, :reserved, :uint32, :read, :pointer
    end

    class SchemaPart < Struct
      layout :struct_size, :uint32, :kind, :uint32, :name, :pointer, :sdl, :pointer, :sdl_size, :uint64
    end

    class Resolver < Struct
      layout :struct_size, :uint32, :flags, :uint32, :type, :pointer, :field, :pointer, :resolve, :pointer,
             :required_fields, :pointer, :required_field_count, :uint32, :reserved, :uint32
    end

    class Loader < Struct
      layout :struct_size, :uint32, :flags, :uint32, :type, :pointer, :load, :pointer, :owns, :pointer
    end

    class Schema < Struct
      layout :struct_size, :uint32, :part_count, :uint32, :resolver_count, :uint32, :loader_count, :uint32,
             :reference_count, :uint32, :reserved, :uint32, :parts, :pointer, :resolvers, :pointer,
             :loaders, :pointer, :references, :pointer
    end

    class Plugin < Struct
      layout :struct_size, :uint32, :abi_major, :uint32, :abi_minor, :uint32, :flags, :uint32, :id, :pointer,
             :name, :pointer, :version, :pointer, :description, :pointer, :homepage, :pointer, :licence, :pointer,
             :schema, :pointer, :config_schema, :pointer, :config_schema_size, :uint64, :init, :pointer,
             :deinit, :pointer, :create, :pointer, :drain, :pointer, :destroy, :pointer, :extension, :pointer
    end

    # The baselines: the last member of each struct in ABI 0.2. They stay when a struct grows.
    {
      Failure => :message, Grant => :organization_id_size, Request => :idempotency_key_size, Selection => :next, Shape => :next,
      Reply => :capacity, Call => :shape, Error => :path_size, Host => :reply_error, Log => :write, Clock => :unix_milliseconds,
      SchemaPart => :sdl_size, Resolver => :reserved, Loader => :owns, Schema => :references, Plugin => :extension,
      Health => :check, Events => :watch, MetricsQuery => :organizations, Metrics => :read
    }.each { |struct, member| struct.const_set(:SIZE_0_2, struct.size_through(member)) }

    # The signatures of the header's function pointers. `const gql_host *` and the like are plain pointers.
    SIGNATURES = {
      entry: [:pointer, %i[uint32 uint32]],
      init: [:int32, %i[pointer pointer]],
      deinit: [:void, []],
      create: [:int32, %i[pointer pointer uint64 pointer pointer]],
      drain: [:void, %i[pointer]],
      destroy: [:void, %i[pointer]],
      resolve: [:int32, %i[pointer pointer pointer]],
      owns: [:int32, %i[pointer uint64]],
      extension: [:pointer, %i[pointer]],
      health: [:uint32, %i[pointer pointer uint64]],
      metrics: [:int32, %i[pointer pointer pointer pointer]]
    }.freeze

    # Returns a function of the plugin. Calls release the interpreter's lock: a completion on a thread of the
    # plugin may wait for that lock while it holds what the call waits for.
    def self.function(name, pointer)
      result, parameters = SIGNATURES.fetch(name)
      FFI::Function.new(result, parameters, pointer, blocking: true)
    end

    # Returns a NUL-terminated copy in memory that does not move. nil becomes NULL.
    def self.bytes(text)
      return if text.nil?

      FFI::MemoryPointer.new(:char, text.bytesize + 1).put_bytes(0, text.b)
    end
  end
end
