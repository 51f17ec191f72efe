# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'abi'
require_relative 'refused'

module Gql
  # The plugin's description of itself (gql_plugin), read and checked before any other function is called.
  class Descriptor
    Part = ::Struct.new(:kind, :name, :sdl)
    Resolver = ::Struct.new(:type, :field, :flags, :function)
    Loader = ::Struct.new(:type, :flags, :function)

    TEXTS = %i[id name version description licence].freeze
    FUNCTIONS = %i[init deinit create drain destroy].freeze

    attr_reader :id, :name, :version, :description, :licence, :config_schema, :functions, :parts, :resolvers, :loaders,
                :references

    def initialize(path, pointer)
      @path = path
      @plugin = Abi::Plugin.new(pointer)
      check_version
      read_texts
      @functions = FUNCTIONS.to_h { |name| [name, function(name, @plugin.read(name), "gql_plugin.#{name} is missing")] }
      schema = @plugin.read(:schema) or refuse('gql_plugin.schema is missing')
      read_schema(Abi::Schema.new(schema))
    end

    private

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
      refuse("gql_plugin.struct_size is #{size}, too small for its version") unless @plugin.has?(:destroy)
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
      refuse('gql_schema.struct_size is too small') unless schema.has?(:references)
      @parts = list(schema, :parts, :part_count) { |pointer, place| part(pointer, place) }
      @resolvers = list(schema, :resolvers, :resolver_count) { |pointer, place| resolver(pointer, place) }
      @loaders = list(schema, :loaders, :loader_count) { |pointer, place| loader(pointer, place) }
      @references = list(schema, :references, :reference_count) do |pointer, _|
        pointer.read_string.force_encoding(Encoding::UTF_8)
      end
    end

    # An array of pointers.
    def list(schema, member, count_member)
      count = schema[count_member]
      return [] if count.zero?

      array = schema.read(member) or refuse("gql_schema.#{member} is NULL, but #{count_member} is #{count}")
      array.read_array_of_pointer(count).each_with_index.map do |pointer, i|
        place = "gql_schema.#{member}[#{i}]"
        refuse("#{place} is NULL") if pointer.null?
        yield(pointer, place)
      end
    end

    def struct(type, pointer, last, place)
      struct = type.new(pointer)
      struct.has?(last) ? struct : refuse("#{place} has too small a struct_size")
    end

    def part(pointer, place)
      part = struct(Abi::SchemaPart, pointer, :sdl_size, place)
      sdl = part.sized_text(:sdl, :sdl_size) or refuse("#{place} has no sdl")
      Part.new(part[:kind], part.text(:name) || refuse("#{place} has no name"), sdl)
    end

    def resolver(pointer, place)
      resolver = struct(Abi::Resolver, pointer, :resolve, place)
      type, field = %i[type field].map { |member| resolver.text(member) || refuse("#{place} has no #{member}") }
      Resolver.new(type, field, resolver[:flags], function(:resolve, resolver.read(:resolve), "#{place} has no resolve"))
    end

    def loader(pointer, place)
      loader = struct(Abi::Loader, pointer, :load, place)
      type = loader.text(:type) || refuse("#{place} has no type")
      Loader.new(type, loader[:flags], function(:resolve, loader.read(:load), "#{place} has no load"))
    end
  end
end
