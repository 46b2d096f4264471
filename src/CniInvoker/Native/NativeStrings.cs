using System.Runtime.InteropServices;
using System.Text;

namespace CniInvoker;

/// <summary>A null-terminated array of UTF-8 strings, as <c>exec</c> takes its arguments and environment.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(params IReadOnlyList<string> strings)
    {
        var table = (nuint)((strings.Count + 1) * sizeof(byte*));
        var size = strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
        Pointer = (byte**)NativeMemory.AllocZeroed(table + (nuint)size);
        var text = new Span<byte>((byte*)Pointer + table, size);
        for (var i = 0; i < strings.Count; i++)
        {
            Pointer[i] = (byte*)Pointer + table + (size - text.Length);
            text = text[(Encoding.UTF8.GetBytes(strings[i], text) + 1)..];
        }
    }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
