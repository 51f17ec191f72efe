# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'descriptor'
require_relative 'elf'
require_relative 'instance'

module Gql
  # A plugin's shared object, loaded, checked and initialized.
  class Library
    # RTLD_NODELETE keeps the code mapped until the process ends, so that a thread which a faulty plugin left
    # behind does not crash the process. Plugins that are resident (Abi::PLUGIN_RESIDENT) demand it.
    FLAGS = FFI::DynamicLibrary::RTLD_NOW | FFI::DynamicLibrary::RTLD_LOCAL | FFI::DynamicLibrary::RTLD_NODELETE

    # Returns the files of a folder that look like plugins, in the order of their names.
    def self.find(folder)
      Dir.children(folder).grep(/\A[^.].*\.so\z/).sort.map { |name| File.join(folder, name) }
    end

    # A library may be opened twice. Its init and deinit must not run at the same time.
    @control = Mutex.new
    class << self
      attr_reader :control
    end

    attr_reader :path, :plugin, :runtime

    def initialize(runtime, path)
      @runtime = runtime
      @path = path
      Elf.check(path)
      @code = load
      @plugin = Descriptor.new(path, enter)
      attempt('init') { |failure| Library.control.synchronize { @plugin.functions[:init].call(runtime.pointer, failure) } }
    end

    # `config` is a hash.
    def create(config)
      text = JSON.generate(config)
      created = FFI::MemoryPointer.new(:pointer)
      attempt('create') do |failure|
        @plugin.functions[:create].call(@runtime.pointer, Abi.bytes(text), text.bytesize, created, failure)
      end
      raise Refused.new(@path, 'create returned GQL_OK but no instance') if created.read_pointer.null?

      Instance.new(self, created.read_pointer)
    end

    # What the plugin has counted for all instances of the process.
    def metrics
      @plugin.metrics(nil, 0)
    end

    # After every instance is closed.
    def close
      Library.control.synchronize { @plugin.functions[:deinit].call }
    end

    private

    # Uses the full path: dlopen searches other folders for a name without a slash.
    def load
      FFI::DynamicLibrary.open(File.realpath(@path), FLAGS)
    rescue LoadError => e
      cure = '; install that library, or build the plugin on this system' if e.message.include?(': cannot open shared object file')
      raise Refused.new(@path, "can't be loaded: #{e.message}#{cure}")
    end

    def enter
      symbol = @code.find_function(Abi::PLUGIN_ENTRY_SYMBOL)
      raise Refused.new(@path, no_entry) if symbol.nil? || symbol.null?

      plugin = Abi.function(:entry, symbol).call(Abi::ABI_MAJOR, Abi::ABI_MINOR)
      return plugin unless plugin.null?

      raise Refused.new(@path, "the plugin does not support a host of plugin ABI #{Abi::ABI_MAJOR}.#{Abi::ABI_MINOR}")
    end

    def no_entry
      other = (0..9).find { |major| @code.find_function("gql_plugin_entry_v#{major}") }
      return "a plugin for version #{other} of the plugin ABI, but this host speaks #{Abi::ABI_MAJOR}" if other

      "not a plugin: it does not export the symbol #{Abi::PLUGIN_ENTRY_SYMBOL}"
    end

    # Calls a function that takes a gql_failure, and raises its message.
    def attempt(name)
      failure = Abi::Failure.make
      code = yield(failure.pointer)
      return if code == Abi::OK

      message = failure[:message].to_ptr.read_bytes(failure[:message].size)[/\A[^\0]*/].force_encoding(Encoding::UTF_8).scrub
      raise Refused.new(@path, "#{name} returned #{code}, which is not a code of the ABI") if code.positive?

      raise Refused.new(@path, message.empty? ? "#{name} failed with code #{code} and gave no reason" : message)
    end
  end
end
