using System.Runtime.InteropServices;

namespace CniInvoker;

/// <summary><c>siginfo_t</c> as <c>waitid</c> fills it on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ChildStatus
{
    /// <summary>How the child ended: <see cref="LibC.CLD_EXITED"/>, or by a signal.</summary>
    [FieldOffset(8)]
    public int Code;

    /// <summary>The exit status or the signal's number.</summary>
    [FieldOffset(24)]
    public int Status;
}
