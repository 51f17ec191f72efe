# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'abi'
require_relative 'metrics'
require_relative 'refused'

module Gql
  # The plugin's description of itself (gql_plugin), read and checked before any other function is called.
  class Descriptor
    Part = ::Struct.new(:kind, :name, :sdl)
    Resolver = ::Struct.new(:type, :field, :flags, :function, :required_fields)

    Loader = ::Struct.new(:type, :flags, :function, :owns) do
      # Whether an ID may belong to the type.
      def owns?(id)
        owns.nil? || owns.call(Abi.bytes(id), id.bytesize) != 0
      end
    end

    TEXTS = %i[id name version description licence].freeze
    FUNCTIONS = %i[init deinit create drain destroy].freeze

    attr_reader :id, :name, :version, :description, :licence, :config_schema, :functions, :parts, :resolvers, :loaders,
                :references

    def initialize(path, pointer)
      @path = path
      @plugin = Abi::Plugin.new(pointer)
      check_version
      check('gql_plugin', @plugin, known: Abi::PLUGIN_RESIDENT)
      read_texts
      @functions = FUNCTIONS.to_h { |name| [name, function(name, @plugin.read(name), "gql_plugin.#{name} is missing")] }
      schema = @plugin.read(:schema) or refuse('gql_plugin.schema is missing')
      read_schema(Abi::Schema.new(schema))
    end

    # The function of the extension draft/health/1, or nil.
    def health
      function_of_extension(Abi::EXT_HEALTH, Abi::Health, :health, :check)
    end

    # How each instance fares, or with NULL the process: a list of metrics of draft/metrics/1, empty without it.
    def metrics(instance, organizations)
      read = function_of_extension(Abi::EXT_METRICS, Abi::Metrics, :metrics, :read) or return []
      query = Abi::MetricsQuery.make(organizations: organizations)
      Metrics.take { |taker| read.call(instance, query.pointer, taker.function, nil) }.flatten(1)
    end

    private

    def function_of_extension(id, type, signature, member)
      extension = @plugin.read(:extension) or return
      pointer = Abi.function(:extension, extension).call(Abi.bytes(id))
      struct = type.new(pointer) unless pointer.null?
      Abi.function(signature, struct.read(member)) if struct&.fits? && struct.read(member)
    end

    def refuse(reason)
      raise Refused.new(@path, reason)
    end

    # Before 1.0 a minor version may break.
    def check_version
      size = @plugin[:struct_size]
      refuse("gql_plugin.struct_size is #{size}, too small for a version") unless @plugin.has?(:abi_minor)
      theirs = [@plugin[:abi_major], @plugin[:abi_minor]]
      ours = [Abi::ABI_MAJOR, Abi::ABI_MINOR]
      unless theirs == ours
        refuse("written for plugin ABI #{theirs.join('.')}, but this host speaks #{ours.join('.')}; get a build for it")
      end
    end

    # Checks what must hold before other members are read: the size of the released struct, and that nothing is set
    # which this host must understand but does not.
    def check(place, struct, known: 0)
      unless struct.fits?
        refuse("#{place}.struct_size is #{struct[:struct_size]}, too small for plugin ABI #{Abi::ABI_MAJOR}.#{Abi::ABI_MINOR}: " \
               "at least #{struct.class::SIZE_0_2}")
      end
      unknown = struct.members.include?(:flags) ? struct[:flags] & Abi::MUST_UNDERSTAND & ~known : 0
      refuse_newer(format('%s has the flags 0x%08x, which this host must understand but does not', place, unknown)) if unknown.positive?
      reserved = struct.members.include?(:reserved) ? struct[:reserved] : 0
      refuse_newer("#{place}.reserved is #{reserved}, not 0") unless reserved.zero?
    end

    def refuse_newer(reason)
      refuse("#{reason}; it needs a host of a newer plugin ABI than #{Abi::ABI_MAJOR}.#{Abi::ABI_MINOR}")
    end

    def read_texts
      @id, @name, @version, @description, @licence = TEXTS.map do |member|
        text = @plugin.text(member).to_s
        text.empty? ? refuse("gql_plugin.#{member} is missing") : text
      end
      refuse("gql_plugin.id \"#{@id}\" is not a reverse domain name") unless @id.include?('.')
      @config_schema = @plugin.sized_text(:config_schema, :config_schema_size)
      refuse('gql_plugin.config_schema is not a JSON object') unless JSON.parse(@config_schema.to_s).is_a?(Hash)
    rescue JSON::ParserError => e
      refuse("gql_plugin.config_schema is not JSON: #{e.message}")
    end

    def function(name, pointer, reason)
      pointer ? Abi.function(name, pointer) : refuse(reason)
    end

    def read_schema(schema)
      check('gql_schema', schema)
      @parts = list(schema, :parts, :part_count) { |pointer, place| part(pointer, place) }
      @resolvers = list(schema, :resolvers, :resolver_count) { |pointer, place| resolver(pointer, place) }
      @loaders = list(schema, :loaders, :loader_count) { |pointer, place| loader(pointer, place) }
      @references = list(schema, :references, :reference_count) { |pointer, place| text(pointer, place) }
    end

    # An array of pointers.
    def list(struct, member, count_member, place = 'gql_schema')
      count = struct[count_member]
      return [] if count.zero?

      array = struct.read(member) or refuse("#{place}.#{member} is NULL, but #{count_member} is #{count}")
      array.read_array_of_pointer(count).each_with_index.map do |pointer, i|
        element = "#{place}.#{member}[#{i}]"
        refuse("#{element} is NULL") if pointer.null?
        yield(pointer, element)
      end
    end

    def text(pointer, place)
      text = pointer.read_string.force_encoding(Encoding::UTF_8)
      text.empty? ? refuse("#{place} is empty") : text
    end

    def struct(type, pointer, place)
      type.new(pointer).tap { |struct| check(place, struct) }
    end

    def part(pointer, place)
      part = struct(Abi::SchemaPart, pointer, place)
      sdl = part.sized_text(:sdl, :sdl_size) or refuse("#{place} has no sdl")
      Part.new(part[:kind], part.text(:name) || refuse("#{place} has no name"), sdl)
    end

    def resolver(pointer, place)
      resolver = struct(Abi::Resolver, pointer, place)
      type, field = %i[type field].map { |member| resolver.text(member) || refuse("#{place} has no #{member}") }
      required = list(resolver, :required_fields, :required_field_count, place) { |name, element| text(name, element) }
      function = function(:resolve, resolver.read(:resolve), "#{place} has no resolve")
      Resolver.new(type, field, resolver[:flags], function, required)
    end

    def loader(pointer, place)
      loader = struct(Abi::Loader, pointer, place)
      type = loader.text(:type) || refuse("#{place} has no type")
      owns = loader.read(:owns)
      function = function(:resolve, loader.read(:load), "#{place} has no load")
      Loader.new(type, loader[:flags], function, owns && Abi.function(:owns, owns))
    end
  end
end
