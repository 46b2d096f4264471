namespace CniInvoker;

/// <summary>The kinds of lock of fcntl(2), by their numbers there.</summary>
internal enum LockKind : short
{
    /// <summary>F_RDLCK.</summary>
    Shared = 0,

    /// <summary>F_WRLCK.</summary>
    Exclusive = 1,

    /// <summary>F_UNLCK.</summary>
    None = 2,
}
