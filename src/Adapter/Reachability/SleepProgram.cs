using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// A program that sleeps and ends, as the only file of an image: all that a container needs whose network is tested from outside of it.
/// It is a static executable without a C library, made here, so that no image is downloaded and the host's distribution does not matter.
/// It ends by itself, because a test may be killed: Docker then removes the container.
/// </summary>
internal static class SleepProgram
{
    private const ulong LoadAddress = 0x400000;
    private const int HeaderLength = 64;
    private const int ProgramHeaderLength = 56;
    private const int CodeLength = 32;
    private const int ProgramLength = HeaderLength + ProgramHeaderLength + CodeLength + (2 * sizeof(long));

    // nanosleep(2) of the time behind the code, and exit_group(2).
    private static readonly byte[] X64 =
    [
        0xb8, 35, 0, 0, 0,               // mov eax, 35 (nanosleep)
        0x48, 0x8d, 0x3d, 20, 0, 0, 0,   // lea rdi, [rip + 20]
        0x31, 0xf6,                      // xor esi, esi
        0x0f, 0x05,                      // syscall
        0xb8, 231, 0, 0, 0,              // mov eax, 231 (exit_group)
        0x31, 0xff,                      // xor edi, edi
        0x0f, 0x05,                      // syscall
        0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
    ];

    private static readonly byte[] Arm64 =
    [
        0x00, 0x01, 0x00, 0x10,          // adr x0, 32
        0x01, 0x00, 0x80, 0xd2,          // mov x1, 0
        0xa8, 0x0c, 0x80, 0xd2,          // mov x8, 101 (nanosleep)
        0x01, 0x00, 0x00, 0xd4,          // svc 0
        0x00, 0x00, 0x80, 0xd2,          // mov x0, 0
        0xc8, 0x0b, 0x80, 0xd2,          // mov x8, 94 (exit_group)
        0x01, 0x00, 0x00, 0xd4,          // svc 0
        0x1f, 0x20, 0x03, 0xd5,          // nop
    ];

    /// <summary>Whether there is such a program for the processor.</summary>
    public static bool IsKnownFor(Architecture processor) => processor is Architecture.X64 or Architecture.Arm64;

    /// <param name="processor">One that <see cref="IsKnownFor"/> names.</param>
    /// <param name="time">How long it sleeps, in whole seconds.</param>
    /// <returns>The file, as elf(5) describes it.</returns>
    public static byte[] Make(Architecture processor, TimeSpan time)
    {
        var (machine, code) = processor == Architecture.X64 ? ((ushort)62, X64) : ((ushort)183, Arm64);
        var file = new byte[ProgramLength];
        WriteHeader(file, machine);
        WriteProgramHeader(file.AsSpan(HeaderLength));
        code.CopyTo(file, HeaderLength + ProgramHeaderLength);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(HeaderLength + ProgramHeaderLength + CodeLength), (long)time.TotalSeconds);
        return file;
    }

    // Elf64_Ehdr: an executable (ET_EXEC) of 64 bits, little-endian, with one program header.
    private static void WriteHeader(Span<byte> header, ushort machine)
    {
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress + HeaderLength + ProgramHeaderLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], ProgramHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
    }

    // Elf64_Phdr: the whole file (PT_LOAD), readable and executable; aligned for the largest pages of either processor.
    private static void WriteProgramHeader(Span<byte> header)
    {
        const uint ReadAndExecute = 5;
        const ulong LargestPage = 0x10000;
        BinaryPrimitives.WriteUInt32LittleEndian(header, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], ReadAndExecute);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], ProgramLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], ProgramLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], LargestPage);
    }
}
