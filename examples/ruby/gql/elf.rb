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

    # What values of e_machine are called; a file of the other byte order has its bytes swapped.
    PROCESSORS = { 3 => 'i386', 8 => 'Mips', 21 => 'Power', 22 => 'IBM Z', 40 => 'Arm', 62 => 'x86-64', 183 => 'Arm64', 243 => 'RISC-V',
                   258 => 'LoongArch' }.freeze

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
      raise Refused.new(path, other_machine(header)) unless header.unpack('a4CC@18S') == OWN
      raise Refused.new(path, 'an ELF file, but not a shared object') unless header.unpack1('@16S') == SHARED_OBJECT

      table, = header.unpack('@32Q')
      count, = header.unpack('@56S')
      count.times { |i| check_segment(path, file, table + i * SEGMENT_SIZE, size) }
    end

    def self.other_machine(header)
      "built for another machine: #{machine_of(*header.unpack('@4CC'), header)}; this host needs a build for " \
        "#{machine_of(*OWN[1, 2], File.binread('/proc/self/exe', 20))}"
    end

    def self.machine_of(bits, order, header)
      number = header.unpack1(order == 2 ? '@18S>' : '@18S<')
      "#{PROCESSORS.fetch(number, "ELF machine #{number}")} (#{bits == 2 ? 64 : 32} bits, #{order == 2 ? 'big' : 'little'} endian)"
    end

    # The file must contain every segment that would be mapped.
    def self.check_segment(path, file, place, size)
      file.seek(place)
      segment = file.read(SEGMENT_SIZE).to_s
      offset, length = segment.unpack('@8Q@32Q') if segment.size == SEGMENT_SIZE
      return if length && offset + length <= size

      raise Refused.new(path, "truncated: shorter (#{size} bytes) than its headers say; copy it again")
    end

    private_class_method :check_file, :check_segment, :other_machine, :machine_of
  end
end
