# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'refused'

module Gql
  # Checks a 64-bit ELF file before the dynamic linker opens it: a truncated file would crash the process.
  module Elf
    HEADER_SIZE = 64
    SEGMENT_SIZE = 56
    SHARED_OBJECT = 3 # ET_DYN

    # The plugin must be built for the machine of this process.
    OWN = File.binread('/proc/self/exe', 20).unpack('a4CC@18S')

    def self.check(path)
      raise Refused.new(path, 'not a regular file') unless File.file?(path)

      size = File.size(path)
      raise Refused.new(path, 'the file is empty') if size.zero?

      File.open(path, 'rb') { |file| check_file(path, file, size) }
    rescue SystemCallError => e
      raise Refused.new(path, e.message)
    end

    def self.check_file(path, file, size)
      header = file.read(HEADER_SIZE)
      raise Refused.new(path, 'not an ELF file, so not a plugin') unless header.start_with?("\x7fELF".b)
      raise Refused.new(path, 'truncated within the ELF header; copy it again') if header.size < HEADER_SIZE
      raise Refused.new(path, 'built for another machine') unless header.unpack('a4CC@18S') == OWN
      raise Refused.new(path, 'an ELF file, but not a shared object') unless header.unpack1('@16S') == SHARED_OBJECT

      table, = header.unpack('@32Q')
      count, = header.unpack('@56S')
      count.times { |i| check_segment(path, file, table + i * SEGMENT_SIZE, size) }
    end

    # The file must contain every segment that would be mapped.
    def self.check_segment(path, file, place, size)
      file.seek(place)
      segment = file.read(SEGMENT_SIZE).to_s
      offset, length = segment.unpack('@8Q@32Q') if segment.size == SEGMENT_SIZE
      return if length && offset + length <= size

      raise Refused.new(path, "truncated: shorter (#{size} bytes) than its headers say; copy it again")
    end

    private_class_method :check_file, :check_segment
  end
end
