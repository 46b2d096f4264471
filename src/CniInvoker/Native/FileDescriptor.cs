using Microsoft.Win32.SafeHandles;

namespace CniInvoker;

/// <summary>Owns an open file.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>For <c>poll</c> only; −1, which it passes over, once closed.</summary>
    public int Number => IsClosed ? -1 : (int)handle;

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
