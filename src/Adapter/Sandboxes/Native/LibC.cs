using System.Runtime.InteropServices;

namespace Bridge.Adapter.Sandboxes.Native;

/// <summary>
/// The system calls that .NET has no name for, under their names in the man pages; split by what they are about. The imports are private:
/// what is offered takes and gives safe handles, and throws <see cref="KernelException"/> with a sentence instead of returning −1.
/// </summary>
internal static partial class LibC
{
    private static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    private static KernelException Failure(string attempted) => new(attempted, LastError);

    private static void Require(int result, string attempted)
    {
        if (result < 0)
            throw Failure(attempted);
    }
}
